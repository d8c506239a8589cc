import type { KeyValue } from './messages/kv.js';

/** One of the two stores that `diff` compares. */
export interface StoreSide {
  /** The path of a snapshot; `undefined`: the cluster. */
  readonly path: string | undefined;
  readonly revision: bigint;
}

export type StoreChange = 'added' | 'removed' | 'changed';

export interface KeyDifference {
  readonly change: StoreChange;
  readonly key: Uint8Array;
  /** Present if the values are shown, and the side has the key. */
  readonly before?: KeyValue;
  readonly after?: KeyValue;
}

/** The result of `diff`. */
export interface StoreDiff {
  readonly before: StoreSide;
  readonly after: StoreSide;
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  readonly equal: number;
  /** In the order of the keys, in parts. Can be iterated once. */
  readonly differences: AsyncIterable<readonly KeyDifference[]>;
}
