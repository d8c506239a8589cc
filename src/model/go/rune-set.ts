/** A set of code points as ascending boundaries: members lie in [b0, b1), [b2, b3), … */
export type RuneSet = Uint32Array;

/**
 * Reads the compact notation of the committed tables: numbers in base 36, alternately how far the next range
 * starts after the last one's end, and how long it is.
 */
export function parseRuneSet(notation: string): RuneSet {
  const steps = notation.split(' ');
  const boundaries = new Uint32Array(steps.length);
  let codePoint = 0;
  for (const [index, step] of steps.entries()) {
    codePoint += Number.parseInt(step, 36);
    boundaries[index] = codePoint;
  }
  return boundaries;
}

/** Whether the code point is a member: an odd number of boundaries lies at or below it. */
export function runeSetHas(set: RuneSet, codePoint: number): boolean {
  let low = 0;
  let high = set.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((set[middle] ?? 0) <= codePoint) low = middle + 1;
    else high = middle;
  }
  return low % 2 === 1;
}
