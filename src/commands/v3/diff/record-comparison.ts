import type { KeyValue } from '../../../model/messages/kv.js';
import { RecordBatch } from '../../../storage/backend/record-batch.js';
import type { RecordPositions } from '../../../storage/backend/record-positions.js';
import { LongTask, type LongTaskOptions } from '../../../storage/long-task.js';

/** Records of one file that are compared at a time. */
const MAX_BATCH = { bytes: 2 * 2 ** 20, keys: 1 << 12 };

export interface Sides {
  readonly before: RecordPositions;
  readonly after: RecordPositions;
}

/** The keys to compare, as the numbers below `end` that pass. */
interface Candidates {
  readonly count: number;
  readonly end: number;
  readonly passes: (number: number) => boolean;
}

/**
 * Yields the numbers of those keys whose records differ. Records are read in the order of the first file, which is often that of the
 * second one too.
 */
export async function* differingRecords(
  { before, after }: Sides,
  { count, end, passes }: Candidates,
  options: LongTaskOptions,
): AsyncGenerator<{ readonly number: number; readonly before: KeyValue; readonly after: KeyValue }> {
  const task = new LongTask(count, options);
  const batches = [
    new RecordBatch(before, MAX_BATCH.bytes),
    new RecordBatch(after, MAX_BATCH.bytes),
  ] as const;
  for (const part of before.partsInFileOrder(end, passes)) {
    for (let from = 0; from < part.length; ) {
      const numbers = before.batch(part, from, MAX_BATCH);
      from += numbers.length;
      for (const batch of batches) batch.load(numbers);
      for (let index = 0; index < numbers.length; index++) {
        if (Buffer.compare(batches[0].bytes(index), batches[1].bytes(index)) === 0) continue;
        const number = numbers[index] as number;
        yield { number, before: batches[0].decode(index), after: batches[1].decode(index) };
      }
      if (task.shouldYield(numbers.length)) await task.yield();
    }
  }
}

export function hasEqualValue(before: KeyValue, after: KeyValue): boolean {
  return before.value.length === after.value.length && Buffer.compare(before.value, after.value) === 0;
}

export function hasEqualMetadata(before: KeyValue, after: KeyValue): boolean {
  return (
    before.createRevision === after.createRevision &&
    before.modRevision === after.modRevision &&
    before.version === after.version &&
    before.lease === after.lease
  );
}
