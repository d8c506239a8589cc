/** A set of integers from 0 up to, but not including, a limit. Takes one bit for each. */
export class BitSet {
  readonly #bits: Uint8Array;

  constructor(readonly limit: number) {
    this.#bits = new Uint8Array(Math.ceil(limit / 8));
  }

  has(member: number): boolean {
    return ((this.#bits[Math.floor(member / 8)] ?? 0) & (1 << (member & 7))) !== 0;
  }

  /** Returns false when the set already has the number. */
  add(member: number): boolean {
    if (this.has(member)) return false;
    const index = Math.floor(member / 8);
    this.#bits[index] = (this.#bits[index] ?? 0) | (1 << (member & 7));
    return true;
  }
}
