import { CorruptFileError } from '../../model/errors.js';
import { Entry, HardState, WalSnapshot } from '../../wire/raft-records.js';
import type { ByteSink } from '../byte-sink.js';
import { Pace, type PaceOptions } from '../pace.js';
import { WalRecordWriter } from '../wal/record-writer.js';
import { decodeRecord, readWal } from '../wal/wal-directory.js';
import { backupEntry } from './log-entry.js';

/** What a log comes down to. Of its entries only their places are kept in memory. */
export interface LogSurvey {
  readonly metadata: Uint8Array;
  readonly state: HardState;
  /** The how-manieth entries of the log count, in order: what a later leader has overwritten does not. */
  readonly valid: readonly number[];
}

/** Looks at the entries behind an index. Throws `CommandError`, and `CorruptFileError` when some of them are missing. */
export function surveyLog(directory: string, after: bigint): LogSurvey {
  let metadata: Uint8Array | undefined;
  let state = HardState.create({ term: 0n, vote: 0n, commit: 0n });
  let ordinal = -1;
  const valid: number[] = [];
  for (const record of readWal(directory)) {
    if (record.type === 'metadata') metadata ??= record.data;
    if (record.type === 'state') state = decodeRecord(HardState, record);
    if (record.type !== 'entry') continue;
    ordinal++;
    const { index = 0n } = decodeRecord(Entry, record);
    if (index <= after) continue;
    const place = index - after - 1n;
    if (place > valid.length) {
      const message = `entries ${after + BigInt(valid.length) + 1n} to ${index - 1n} are missing from the WAL`;
      throw new CorruptFileError(message, record.path, record.offset);
    }
    valid.length = Number(place);
    valid.push(ordinal);
  }
  if (metadata === undefined) throw new CorruptFileError('the WAL has no metadata record', directory, 0);
  return { metadata, state, valid };
}

export interface LogCopy extends PaceOptions {
  readonly source: string;
  readonly survey: LogSurvey;
  /** Where the log begins: the entries are those behind it. */
  readonly snapshot: WalSnapshot;
  readonly withVersion3: boolean;
}

/** Records are written out a block at a time. */
const BLOCK_BYTES = 1 << 20;

/**
 * Writes the surveyed entries as one file of a new log, in the order in which a server does that saves them all at once (wal.Create,
 * Save and SaveSnapshot). Zero values are written where 3.4 to 3.6 write them.
 */
export async function writeLog(sink: ByteSink, copy: LogCopy): Promise<void> {
  const { source, survey, snapshot, withVersion3, signal } = copy;
  const { metadata, state, valid } = survey;
  const log = new WalRecordWriter();
  const pace = new Pace(valid.length, { signal });
  log.begin();
  log.add('metadata', metadata);
  log.add('snapshot', WalSnapshot.encode(WalSnapshot.create({ index: 0n, term: 0n })).finish());
  for (const entry of validEntries(source, valid)) {
    log.add('entry', Entry.encode(backupEntry(entry, withVersion3)).finish());
    if (log.sizeBytes >= BLOCK_BYTES) sink.append(log.take());
    if (pace.isDue(1)) await pace.rest();
  }
  const { term = 0n, vote = 0n, commit = 0n } = state;
  log.add('state', HardState.encode(HardState.create({ term, vote, commit })).finish());
  log.add('snapshot', WalSnapshot.encode(snapshot).finish());
  sink.append(log.take());
}

function* validEntries(directory: string, valid: readonly number[]): Generator<Entry> {
  let ordinal = -1;
  let next = 0;
  for (const record of readWal(directory)) {
    if (record.type !== 'entry') continue;
    ordinal++;
    if (ordinal !== valid[next]) continue;
    next++;
    yield decodeRecord(Entry, record);
  }
}
