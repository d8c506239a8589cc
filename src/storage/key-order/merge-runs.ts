import { compareKeys, type RecordCursor } from './key-record.js';

/** A cursor, and its number: of equal keys, that of the lower number comes first. */
interface Source {
  readonly cursor: RecordCursor;
  readonly number: number;
}

/**
 * Merges sorted runs. A record is valid until the next one is taken.
 *
 * @param cursors from the oldest to the newest; they are consumed
 */
export function* mergeRuns(cursors: readonly RecordCursor[]): Generator<RecordCursor['record']> {
  const heap: Source[] = [];
  for (const [number, cursor] of cursors.entries()) {
    if (cursor.next()) heap.push({ cursor, number });
  }
  for (let at = (heap.length >>> 1) - 1; at >= 0; at--) sink(heap, at);
  for (let top = heap[0]; top !== undefined; top = heap[0]) {
    yield top.cursor.record;
    if (!top.cursor.next()) {
      const last = heap.pop() as Source;
      if (heap.length === 0) return;
      heap[0] = last;
    }
    sink(heap, 0);
  }
}

/** Restores the order of the heap below one place: each source is before those at twice its place plus one and two. */
function sink(heap: Source[], start: number): void {
  const moved = heap[start] as Source;
  let at = start;
  for (let child = 2 * at + 1; child < heap.length; child = 2 * at + 1) {
    const right = heap[child + 1];
    if (right !== undefined && isBefore(right, heap[child] as Source)) child++;
    const lower = heap[child] as Source;
    if (!isBefore(lower, moved)) break;
    heap[at] = lower;
    at = child;
  }
  heap[at] = moved;
}

function isBefore(a: Source, b: Source): boolean {
  const order = compareKeys(a.cursor.record, b.cursor.record);
  return order < 0 || (order === 0 && a.number < b.number);
}
