import { FieldReader, type Place } from '../message-fields.js';

const NOWHERE: Place = { start: 0, end: 0 };
const KEY_TAG = 10;

/**
 * Where the user's key lies in a serialized mvccpb.KeyValue, which may be large: nothing is copied. A missing key is
 * empty. Undefined when the bytes between `start` and `end` are no message.
 */
export function findUserKey(bytes: Uint8Array, start: number, end: number): Place | undefined {
  const reader = new FieldReader(bytes, start, end);
  let found = NOWHERE;
  while (!reader.isAtEnd) {
    const field = reader.next();
    if (field === undefined) return undefined;
    if (field.tag === KEY_TAG) found = field.contents;
  }
  return found;
}
