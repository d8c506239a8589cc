import { encodeRevisionKey } from '../../src/storage/backend/revision-key.js';
import { BUCKETS, META_KEYS } from '../../src/storage/backend/schema.js';
import { BoltWriter } from '../../src/storage/bolt/bolt-writer.js';
import type { ByteSink } from '../../src/storage/byte-sink.js';
import { KeyValue } from '../../src/wire/records.js';
import { MemoryByteSink } from '../storage/support/memory.js';

/** A put, or a deletion when there is no value. */
export interface HistoryChange {
  readonly key: string | Uint8Array;
  readonly value?: string | Uint8Array;
  readonly lease?: bigint;
}

interface HistorySettings {
  /** The compacted revision; older changes are not removed. */
  readonly compacted?: bigint;
  readonly pageSizeBytes?: number;
}

/** A database with these changes, each at a revision of its own, from 2 on. Text of keys and values is Latin-1. */
export function historyDatabase(changes: Iterable<HistoryChange>, settings?: HistorySettings): Uint8Array {
  const sink = new MemoryByteSink();
  writeHistory(sink, changes, settings);
  return sink.bytes;
}

export function writeHistory(
  sink: ByteSink,
  changes: Iterable<HistoryChange>,
  { compacted, pageSizeBytes = 4096 }: HistorySettings = {},
): void {
  const writer = new BoltWriter(sink, pageSizeBytes);
  const states = new Map<string, { readonly createRevision: bigint; readonly version: bigint }>();
  writer.beginBucket(Buffer.from(BUCKETS.key));
  let main = 1n;
  for (const { key: keyText, value, lease = 0n } of changes) {
    main++;
    const key = bytesOf(keyText);
    const id = Buffer.from(key).toString('latin1');
    const { createRevision, version } = states.get(id) ?? { createRevision: main, version: 0n };
    const revision = encodeRevisionKey({ main, sub: 0n, isTombstone: value === undefined });
    if (value === undefined) states.delete(id);
    else states.set(id, { createRevision, version: version + 1n });
    const record = {
      ...{ key, value: bytesOf(value ?? ''), lease },
      ...(value === undefined
        ? { createRevision: 0n, modRevision: 0n, version: 0n }
        : { createRevision, modRevision: main, version: version + 1n }),
    };
    writer.add(revision, KeyValue.encode(record).finish());
  }
  writer.beginBucket(Buffer.from(BUCKETS.meta));
  if (compacted !== undefined) {
    const revision = encodeRevisionKey({ main: compacted, sub: 0n, isTombstone: false });
    writer.add(Buffer.from(META_KEYS.finishedCompaction), revision);
  }
  writer.finish();
}

function bytesOf(text: string | Uint8Array): Uint8Array {
  return typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
}
