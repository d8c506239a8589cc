import type { RequestOp } from '../../../model/messages/kv.js';
import { type Event, EventType } from '../../../model/messages/watch.js';

/** How keys of the source are called at the destination. */
export interface KeyMapping {
  /** All mirrored keys begin with it. */
  readonly prefix: Uint8Array;
  /** Stands in its place. */
  readonly replacement: Uint8Array;
}

export function mapKey(key: Uint8Array, { prefix, replacement }: KeyMapping): Uint8Array {
  return Buffer.concat([replacement, key.subarray(prefix.length)]);
}

/** The value of a key as a write; leases are not mirrored. */
export function toPut(
  { key, value }: { readonly key: Uint8Array; readonly value: Uint8Array },
  mapping: KeyMapping,
): RequestOp {
  return { request: { $case: 'requestPut', value: { key: mapKey(key, mapping), value } } };
}

/** What an event did, as a write. */
export function toWrite({ type, kv }: Event, mapping: KeyMapping): RequestOp {
  if (kv === undefined) throw new Error('an event without a key');
  if (type !== EventType.delete) return toPut(kv, mapping);
  return { request: { $case: 'requestDeleteRange', value: { key: mapKey(kv.key, mapping) } } };
}
