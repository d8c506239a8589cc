const CHUNK_BITS = 14;
const CHUNK_LENGTH = 1 << CHUNK_BITS;
const CHUNK_MASK = CHUNK_LENGTH - 1;

type Chunk = Float64Array | Uint32Array | Uint8Array;

/** A list of numbers that grows without copying. Elements that were not set are 0. */
export class NumberList {
  readonly #chunks: Chunk[] = [];
  readonly #Chunk: new (
    length: number,
  ) => Chunk;

  /** @param Chunk the type of the elements, as the array that has it */
  constructor(Chunk: new (length: number) => Chunk) {
    this.#Chunk = Chunk;
  }

  get(index: number): number {
    return this.#chunks[index >>> CHUNK_BITS]?.[index & CHUNK_MASK] ?? 0;
  }

  set(index: number, value: number): void {
    const number = index >>> CHUNK_BITS;
    while (this.#chunks.length <= number) this.#chunks.push(new this.#Chunk(CHUNK_LENGTH));
    (this.#chunks[number] as Chunk)[index & CHUNK_MASK] = value;
  }

  add(index: number, amount: number): void {
    this.set(index, this.get(index) + amount);
  }
}
