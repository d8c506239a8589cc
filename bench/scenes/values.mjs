import { randomFillSync } from 'node:crypto';

/** Letters, so that every output format takes the same number of bytes for each value. @param {number} sizeBytes */
export function randomValue(sizeBytes) {
  const value = randomFillSync(Buffer.alloc(sizeBytes));
  for (const [index, byte] of value.entries()) value[index] = 97 + (byte % 26);
  return value;
}
