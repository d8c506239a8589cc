/** Small whole numbers at indices that only grow, without an object each. Numbers not set are 0. */
export class NumberList {
  #numbers = new Uint32Array(1 << 10);

  get(index: number): number {
    return this.#numbers[index] ?? 0;
  }

  set(index: number, value: number): void {
    if (index >= this.#numbers.length) {
      const grown = new Uint32Array(Math.max(index + 1, this.#numbers.length * 2));
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    this.#numbers[index] = value;
  }
}
