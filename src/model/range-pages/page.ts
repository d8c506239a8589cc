import type { RangeRequest, RangeResponse } from '../messages/kv.js';

/** Some of a range's keys, in their order. `more`: the user's limit leaves keys out after the last of these. */
export type RangePage = Pick<RangeResponse, 'kvs' | 'more'>;

/** What is left of a range that was begun. */
export interface RestOfRange {
  /** Begins after the last key that is known, at the revision of those before; its `limit` means nothing. */
  readonly request: RangeRequest & { readonly revision: bigint };
  /** How many keys more the user wants; `undefined`: all. */
  readonly left: bigint | undefined;
}
