import type { KeyValue } from './messages/kv.js';

/** The key-value pairs of a response, in their order: an array, or pairs that are decoded while they are iterated. */
export interface KeyValues extends Iterable<KeyValue> {
  readonly length: number;
  /** The size of the encoded pairs, where it is known without decoding them. */
  readonly sizeBytes?: number;
  at(index: number): KeyValue | undefined;
  filter(predicate: (kv: KeyValue) => boolean): readonly KeyValue[];
  /** Frees the memory of the pairs. Neither they nor their bytes may be used afterwards. */
  free?(): void;
}

/** The pairs in arrays of up to this length. Only one of them has to be in memory at a time. */
export function* slicesOf(kvs: KeyValues, maxLength: number): Generator<KeyValue[], void, undefined> {
  let slice: KeyValue[] = [];
  for (const kv of kvs) {
    slice.push(kv);
    if (slice.length < maxLength) continue;
    yield slice;
    slice = [];
  }
  if (slice.length > 0) yield slice;
}
