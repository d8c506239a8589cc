/** In place of the length of a value. */
export const DELETION = -1;

/** Among records: the time to let the event loop run. */
export const PAUSE = undefined;

/** A record of the history: its key, and where it is in the database. One object is used for many records. */
export interface KeyRecord {
  /** Holds the key at `keyStart` to `keyEnd`. */
  bytes: Uint8Array;
  keyStart: number;
  keyEnd: number;
  /** Where the record begins in the database, and how long it is. */
  offset: number;
  sizeBytes: number;
  /** The length of the value, or `DELETION`. */
  valueBytes: number;
}

export function emptyRecord(): KeyRecord {
  return { bytes: new Uint8Array(0), keyStart: 0, keyEnd: 0, offset: 0, sizeBytes: 0, valueBytes: 0 };
}

/** Compares the keys as unsigned bytes. */
export function compareKeys(a: KeyRecord, b: KeyRecord): number {
  const aLength = a.keyEnd - a.keyStart;
  const bLength = b.keyEnd - b.keyStart;
  const length = Math.min(aLength, bLength);
  const { bytes, keyStart } = a;
  const shift = b.keyStart;
  for (let at = 0; at < length; at++) {
    const difference = (bytes[keyStart + at] as number) - (b.bytes[shift + at] as number);
    if (difference !== 0) return difference;
  }
  return aLength - bLength;
}

/** From the end: neighbours in the order of the keys differ in their last bytes. */
export function hasEqualKey(a: KeyRecord, b: KeyRecord): boolean {
  const length = a.keyEnd - a.keyStart;
  if (b.keyEnd - b.keyStart !== length) return false;
  for (let at = length - 1; at >= 0; at--) {
    if (a.bytes[a.keyStart + at] !== b.bytes[b.keyStart + at]) return false;
  }
  return true;
}

/** Makes `target` a copy of the record, with a copy of the key in the memory of `target`. */
export function copyRecord(from: KeyRecord, target: KeyRecord): void {
  const length = from.keyEnd - from.keyStart;
  if (target.bytes.length < length) target.bytes = new Uint8Array(2 * length);
  const { bytes } = target;
  for (let at = 0; at < length; at++) bytes[at] = from.bytes[from.keyStart + at] as number;
  target.keyStart = 0;
  target.keyEnd = length;
  target.offset = from.offset;
  target.sizeBytes = from.sizeBytes;
  target.valueBytes = from.valueBytes;
}

/** Records in order. `next` replaces `record`, and returns false at the end. */
export interface RecordCursor {
  readonly record: KeyRecord;
  next(): boolean;
}
