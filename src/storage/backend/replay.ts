import { ServerError } from '../../model/errors.js';
import type { KeyRange } from '../../model/key-range.js';
import type { BoltFile } from '../bolt/bolt-file.js';
import type { ReachablePages } from '../bolt/reachable-pages.js';
import { DELETION, emptyRecord, type KeyRecord } from '../key-order/key-record.js';
import type { LongTaskOptions } from '../long-task.js';
import { History, type HistoryRecord, storeRevisions } from './history.js';
import { BUCKETS } from './schema.js';

export interface ReplayOptions extends LongTaskOptions {
  /** 0: the current one. */
  readonly revision: bigint;
  /** Other keys are left out. */
  readonly range: KeyRange;
  readonly reachable?: ReachablePages;
}

export interface ReplayedRevision {
  /** The revision up to which the changes were replayed. */
  readonly revision: bigint;
  /** The revision of the newest change in the file. */
  readonly current: bigint;
}

/**
 * Calls `visit` for each change of the keys in the range, in the order of the changes, up to the revision. The last change of a key is its
 * state then. The record is valid until `visit` returns.
 *
 * Rejects as a server that runs on this database does: with a `ServerError` when the revision is compacted or in the future. Rejects with
 * `CorruptFileError` too.
 */
export async function replay(
  bolt: BoltFile,
  { revision: wanted, range, reachable, ...task }: ReplayOptions,
  visit: (record: KeyRecord) => void,
): Promise<ReplayedRevision> {
  const { current, compact } = storeRevisions(bolt);
  const revision = wanted > 0n ? wanted : current;
  if (revision > current) {
    throw new ServerError('etcdserver: mvcc: required revision is a future revision', 'OutOfRange', {
      reasons: [`${bolt.reader.source.path} ends at revision ${current}`],
    });
  }
  if (revision < compact) {
    throw new ServerError('etcdserver: mvcc: required revision has been compacted', 'OutOfRange', {
      reasons: [`${bolt.reader.source.path} begins at revision ${compact}`],
    });
  }
  const bucket = bolt.bucket(BUCKETS.key);
  if (bucket === undefined) return { revision, current };
  const history = new History(bolt, bucket, task);
  const isWithin = withinRange(range);
  const record = emptyRecord();
  const visitRecord = (each: HistoryRecord): void => {
    // The index of a server begins at revision 1.
    if (each.mainLow === 0 && each.mainHigh === 0) return;
    const { leaf, index } = each;
    const spans = history.spans(each);
    if (!isWithin(leaf.bytes, spans.keyStart, spans.keyEnd)) return;
    record.bytes = leaf.bytes;
    record.keyStart = spans.keyStart;
    record.keyEnd = spans.keyEnd;
    record.offset = leaf.location.offset + leaf.keyEnd(index);
    record.sizeBytes = leaf.valueEnd(index) - leaf.keyEnd(index);
    record.valueBytes = each.isTombstone ? DELETION : spans.valueEnd - spans.valueStart;
    visit(record);
  };
  await history.forEach(revision, visitRecord, reachable);
  return { revision, current };
}

/** Whether the key in bytes `start` to `end` is in the range. */
function withinRange({
  key,
  rangeEnd,
}: KeyRange): (bytes: Uint8Array, start: number, end: number) => boolean {
  if (rangeEnd === undefined || rangeEnd.length === 0) {
    return (bytes, start, end) => compareKey(bytes, start, end, key) === 0;
  }
  const isOpen = rangeEnd.length === 1 && rangeEnd[0] === 0;
  return (bytes, start, end) =>
    compareKey(bytes, start, end, key) >= 0 && (isOpen || compareKey(bytes, start, end, rangeEnd) < 0);
}

function compareKey(bytes: Uint8Array, start: number, end: number, other: Uint8Array): number {
  const length = Math.min(end - start, other.length);
  for (let index = 0; index < length; index++) {
    const difference = (bytes[start + index] as number) - (other[index] as number);
    if (difference !== 0) return difference;
  }
  return end - start - other.length;
}
