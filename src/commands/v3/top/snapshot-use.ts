import type { CommandContext } from '../../../cli/context.js';
import { prefixRange } from '../../../model/key-range.js';
import type { FileUse } from '../../../model/store-use.js';
import { replay } from '../../../storage/backend/replay.js';
import { BUCKETS } from '../../../storage/backend/schema.js';
import { BoltFile } from '../../../storage/bolt/bolt-file.js';
import { ReachablePages } from '../../../storage/bolt/reachable-pages.js';
import { copyRecord, DELETION, emptyRecord, hasEqualKey } from '../../../storage/key-order/key-record.js';
import { RecordSorter } from '../../../storage/key-order/record-sorter.js';
import { LongTask, type LongTaskOptions } from '../../../storage/long-task.js';
import { readFileWith, withCount, withProgress } from '../../files/database-file.js';
import type { UseCollector } from './store-use.js';
import type { KeyUse } from './totals.js';

interface SnapshotUse {
  readonly revision: bigint;
  readonly file: FileUse;
}

/** Adds the keys of a snapshot, also those that exist no more. */
export function addSnapshot(
  collector: UseCollector,
  path: string,
  prefix: Uint8Array,
  context: CommandContext,
): Promise<SnapshotUse> {
  return readFileWith(path, context, (source) => addKeys(collector, BoltFile.open(source), prefix, context));
}

async function addKeys(
  collector: UseCollector,
  bolt: BoltFile,
  prefix: Uint8Array,
  context: CommandContext,
): Promise<SnapshotUse> {
  const { path } = bolt.reader.source;
  const sorter = new RecordSorter(bolt.sizeBytes);
  try {
    const reachable = new ReachablePages(bolt.reader);
    const options = { revision: 0n, range: prefixRange(prefix), reachable };
    const { current } = await withProgress(`Reading ${path}`, context, (task) =>
      replay(bolt, { ...options, ...task }, sorter.add),
    );
    await withCount(`Adding up the keys of ${path}`, context, (task) => addSorted(collector, sorter, task));
    return { revision: current, file: fileUse(bolt, reachable) };
  } finally {
    sorter.close();
  }
}

async function addSorted(
  collector: UseCollector,
  sorter: RecordSorter,
  options: LongTaskOptions,
): Promise<void> {
  const task = new LongTask(sorter.count, options);
  const key = emptyRecord();
  const history = new KeyHistory();
  const addKey = () => collector.add(key.bytes.subarray(0, key.keyEnd), history);
  let count = 0;
  for (const record of sorter.records()) {
    if (count === 0 || !hasEqualKey(record, key)) {
      if (count > 0) addKey();
      copyRecord(record, key);
      history.begin(key.keyEnd);
    }
    history.add(record.valueBytes);
    count++;
    if (task.shouldYieldAfterStep()) await task.yield();
  }
  if (count > 0) addKey();
}

/** The changes of one key so far: the value that is current, and what came before it. */
class KeyHistory implements KeyUse {
  isLive = false;
  keyBytes = 0;
  valueBytes = 0;
  oldRevisions = 0;
  oldBytes = 0;

  begin(keyBytes: number): void {
    this.isLive = false;
    this.keyBytes = keyBytes;
    this.valueBytes = 0;
    this.oldRevisions = 0;
    this.oldBytes = 0;
  }

  /** @param valueBytes may be `DELETION` */
  add(valueBytes: number): void {
    if (this.isLive) this.#addOld(this.keyBytes + this.valueBytes);
    this.isLive = valueBytes !== DELETION;
    this.valueBytes = this.isLive ? valueBytes : 0;
    if (!this.isLive) this.#addOld(this.keyBytes);
  }

  #addOld(bytes: number): void {
    this.oldRevisions++;
    this.oldBytes += bytes;
  }
}

/** Free are the pages that no bucket reaches. The history was read already. */
function fileUse(bolt: BoltFile, reachable: ReachablePages): FileUse {
  const others = bolt
    .buckets({ reachable })
    .filter(({ name }) => Buffer.from(name).toString() !== BUCKETS.key);
  for (const bucket of others) for (const _leaf of bolt.leaves(bucket, { reachable }));
  const { highWaterPage, pageSizeBytes } = bolt.meta;
  const metaPages = 2;
  return {
    path: bolt.reader.source.path,
    sizeBytes: bolt.sizeBytes,
    freeBytes: (highWaterPage - metaPages - reachable.count) * pageSizeBytes,
  };
}
