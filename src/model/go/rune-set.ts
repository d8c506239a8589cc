/** A set of code points. */
export interface RuneSet {
  /** Ascending: members lie in [b0, b1), [b2, b3), … */
  readonly boundaries: Uint32Array;
}

/**
 * Reads the compact notation of the committed tables: numbers in base 36, alternately how far the next range
 * starts after the last one's end, and how long it is. Not before it is needed, for most runs need no table.
 */
export function parseRuneSet(notation: string): RuneSet {
  let parsed: Uint32Array | undefined;
  return {
    get boundaries() {
      parsed ??= parse(notation);
      return parsed;
    },
  };
}

function parse(notation: string): Uint32Array {
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
export function runeSetHas({ boundaries }: RuneSet, codePoint: number): boolean {
  let low = 0;
  let high = boundaries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((boundaries[middle] ?? 0) <= codePoint) low = middle + 1;
    else high = middle;
  }
  return low % 2 === 1;
}
