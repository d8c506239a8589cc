import { randomFillSync } from 'node:crypto';

/** Letters only, so that the size of a value in an output format depends only on its length. @param {number} sizeBytes */
export function randomValue(sizeBytes) {
  const value = randomFillSync(Buffer.alloc(sizeBytes));
  for (const [index, byte] of value.entries()) value[index] = 97 + (byte % 26);
  return value;
}
