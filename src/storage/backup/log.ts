import { CorruptFileError } from '../../model/errors.js';
import { Entry, EntryType, HardState, WalSnapshot } from '../../wire/records.js';
import type { ByteSink } from '../byte-sink.js';
import { type Field, FieldReader } from '../message-fields.js';
import { Pace, type PaceOptions } from '../pace.js';
import { WalRecordWriter } from '../wal/record-writer.js';
import { decodeRecord, readWal } from '../wal/wal-directory.js';

/** What a log comes down to. Of its entries only their places are kept in memory. */
interface LogSurvey {
  readonly metadata: Uint8Array;
  readonly state: HardState;
  /** The how-manieth entries of the log count, in order: what a later leader has overwritten does not. */
  readonly valid: readonly number[];
}

/** Looks at the entries behind an index. Throws `CommandError`, and `CorruptFileError` when some of them are missing. */
export function scanLog(directory: string, after: bigint): LogSurvey {
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

interface LogCopy extends PaceOptions {
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

/**
 * What an entry of the log asks for (etcdserverpb.InternalRaftRequest, and etcdserverpb.Request for the version 2 store, read at
 * etcd 3.5). Tags are field numbers times eight plus wire type.
 *
 * Requests to the version 2 store stand in the log as they are: an id (1), a method (2), a path (3), and more. All others are
 * messages in which field 2 would be such a request, so that both begin alike: but no method's letters are a message.
 */
const METHOD_OR_REQUEST = 2 * 8 + 2;
const PATH = 3 * 8 + 2;
/** Version 3 only. */
const HEADER = 100 * 8 + 2;
const MEMBER_ATTRIBUTES = 1301 * 8 + 2;

/** Where members say their names and client URLs. */
const MEMBER_PATH = /\/0\/members\/[0-9a-fA-F]{1,16}\/attributes/;

/**
 * The entry as a backup has it: the same, or at the same place in the log one that does nothing, as leaders write them at the
 * beginning of their term. Entries about members go, and those of version 3 unless its data comes along.
 */
export function backupEntry(entry: Entry, withVersion3: boolean): Entry {
  const { type = EntryType.EntryNormal, term, index, data } = entry;
  const isKept = type === EntryType.EntryNormal && (data === undefined || mayStay(data, withVersion3));
  return isKept ? entry : Entry.create({ type: EntryType.EntryNormal, term, index });
}

function mayStay(data: Uint8Array, withVersion3: boolean): boolean {
  const fields = fieldsOf(data);
  // No message at all: not for us to judge.
  if (fields === undefined) return true;
  const request = version2Request(data, fields);
  if (request !== undefined) return !isAboutMember(request);
  const tags = new Set(fields.map(({ tag }) => tag));
  return !tags.has(MEMBER_ATTRIBUTES) && (withVersion3 || !tags.has(HEADER));
}

/** The request to the version 2 store that the entry is, or holds. */
function version2Request(data: Uint8Array, fields: readonly Field[]): Uint8Array | undefined {
  const field = fields.find(({ tag }) => tag === METHOD_OR_REQUEST);
  if (field === undefined) return undefined;
  const contents = data.subarray(field.contents.start, field.contents.end);
  const isRequest = contents.length > 0 && fieldsOf(contents) !== undefined;
  return isRequest ? contents : data;
}

function isAboutMember(request: Uint8Array): boolean {
  const fields = fieldsOf(request) ?? [];
  const text = (tag: number) => {
    const field = fields.find((each) => each.tag === tag);
    return field === undefined
      ? ''
      : Buffer.from(request.subarray(field.contents.start, field.contents.end)).toString('utf8');
  };
  return text(METHOD_OR_REQUEST) === 'PUT' && MEMBER_PATH.test(text(PATH));
}

/** `undefined` when the bytes are no message. */
function fieldsOf(message: Uint8Array): readonly Field[] | undefined {
  const reader = new FieldReader(message, 0, message.length);
  const fields: Field[] = [];
  while (!reader.isAtEnd) {
    const field = reader.next();
    if (field === undefined) return undefined;
    fields.push(field);
  }
  return fields;
}
