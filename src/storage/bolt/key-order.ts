/** Unsigned bytewise order, the order of keys: negative, zero or positive. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** The same within one array, without taking parts of it. */
export function compareSpans(
  bytes: Uint8Array,
  [aStart, aEnd]: readonly [start: number, end: number],
  [bStart, bEnd]: readonly [start: number, end: number],
): number {
  const length = Math.min(aEnd - aStart, bEnd - bStart);
  for (let index = 0; index < length; index++) {
    const difference = (bytes[aStart + index] ?? 0) - (bytes[bStart + index] ?? 0);
    if (difference !== 0) return difference;
  }
  return aEnd - aStart - (bEnd - bStart);
}
