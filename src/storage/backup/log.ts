import { CorruptFileError } from '../../model/errors.js';
import { Entry, EntryType, HardState, WalSnapshot } from '../../wire/records.js';
import type { ByteSink } from '../byte-sink.js';
import { LongTask, type LongTaskOptions } from '../long-task.js';
import { type ProtobufField, ProtobufReader } from '../protobuf-fields.js';
import { WalRecordWriter } from '../wal/record-writer.js';
import { decodeWalRecord, readWal } from '../wal/wal-directory.js';

/** The result of reading a log once. Only the ordinals of its entries are kept in memory. */
interface LogSummary {
  readonly metadata: Uint8Array;
  readonly state: HardState;
  /** Ordinals of the valid entries among all entries of the log, ascending. An entry that a later leader has overwritten is not valid. */
  readonly validOrdinals: readonly number[];
}

/** Reads the entries after an index. Throws `CommandError`, and `CorruptFileError` when entries are missing. */
export function scanLog(directory: string, after: bigint): LogSummary {
  let metadata: Uint8Array | undefined;
  let state = HardState.create({ term: 0n, vote: 0n, commit: 0n });
  let ordinal = -1;
  const validOrdinals: number[] = [];
  for (const record of readWal(directory)) {
    if (record.type === 'metadata') metadata ??= record.data;
    if (record.type === 'state') state = decodeWalRecord(HardState, record);
    if (record.type !== 'entry') continue;
    ordinal++;
    const { index = 0n } = decodeWalRecord(Entry, record);
    if (index <= after) continue;
    const position = index - after - 1n;
    if (position > validOrdinals.length) {
      const message = `entries ${after + BigInt(validOrdinals.length) + 1n} to ${index - 1n} are missing from the WAL`;
      throw new CorruptFileError(message, record.path, record.offset);
    }
    validOrdinals.length = Number(position);
    validOrdinals.push(ordinal);
  }
  if (metadata === undefined) throw new CorruptFileError('the WAL has no metadata record', directory, 0);
  return { metadata, state, validOrdinals };
}

interface LogCopy extends LongTaskOptions {
  readonly source: string;
  readonly summary: LogSummary;
  /** The snapshot record of the new log. The entries are those after it. */
  readonly snapshot: WalSnapshot;
  readonly withV3: boolean;
}

/** Records are written in blocks of this size. */
const BLOCK_BYTES = 1 << 20;

/**
 * Writes the valid entries as one file of a new log, in the order of a server that saves all of them at once (wal.Create, Save and
 * SaveSnapshot). Zero values are encoded where 3.4 to 3.6 encode them.
 */
export async function writeLog(sink: ByteSink, copy: LogCopy): Promise<void> {
  const { source, summary, snapshot, withV3, signal } = copy;
  const { metadata, state, validOrdinals } = summary;
  const log = new WalRecordWriter();
  const task = new LongTask(validOrdinals.length, { signal });
  log.begin();
  log.add('metadata', metadata);
  log.add('snapshot', WalSnapshot.encode(WalSnapshot.create({ index: 0n, term: 0n })).finish());
  for (const entry of validEntries(source, validOrdinals)) {
    log.add('entry', Entry.encode(backupEntry(entry, withV3)).finish());
    if (log.sizeBytes >= BLOCK_BYTES) sink.append(log.take());
    if (task.shouldYield(1)) await task.yield();
  }
  const { term = 0n, vote = 0n, commit = 0n } = state;
  log.add('state', HardState.encode(HardState.create({ term, vote, commit })).finish());
  log.add('snapshot', WalSnapshot.encode(snapshot).finish());
  sink.append(log.take());
}

function* validEntries(directory: string, validOrdinals: readonly number[]): Generator<Entry> {
  let ordinal = -1;
  let next = 0;
  for (const record of readWal(directory)) {
    if (record.type !== 'entry') continue;
    ordinal++;
    if (ordinal !== validOrdinals[next]) continue;
    next++;
    yield decodeWalRecord(Entry, record);
  }
}

/**
 * The data of an entry is an etcdserverpb.InternalRaftRequest, or an etcdserverpb.Request to the version 2 store (read at etcd 3.5). Tags
 * are field numbers times eight plus wire type.
 *
 * A Request has an id (1), a method (2), a path (3) and more. In an InternalRaftRequest, field 2 is such a Request. The two are
 * distinguished by field 2: the letters of a method do not decode as a message.
 */
const METHOD_OR_V2_REQUEST = 2 * 8 + 2;
const PATH = 3 * 8 + 2;
/** The header of version 3 requests. */
const HEADER = 100 * 8 + 2;
const MEMBER_ATTRIBUTES = 1301 * 8 + 2;

/** The paths at which members publish their names and client URLs. */
const MEMBER_PATH = /\/0\/members\/[0-9a-fA-F]{1,16}\/attributes/;

/**
 * The entry to write to a backup: the entry itself, or an empty entry with the same term and index, like the one that a leader writes at
 * the beginning of its term. Entries that change members become empty, and those of version 3 unless its data is copied too.
 */
export function backupEntry(entry: Entry, withV3: boolean): Entry {
  const { type = EntryType.EntryNormal, term, index, data } = entry;
  const isKept = type === EntryType.EntryNormal && (data === undefined || isCopied(data, withV3));
  return isKept ? entry : Entry.create({ type: EntryType.EntryNormal, term, index });
}

function isCopied(data: Uint8Array, withV3: boolean): boolean {
  const fields = fieldsOf(data);
  // Not a protobuf message: copy it unchanged.
  if (fields === undefined) return true;
  const request = v2Request(data, fields);
  if (request !== undefined) return !setsMemberAttributes(request);
  const tags = new Set(fields.map(({ tag }) => tag));
  return !tags.has(MEMBER_ATTRIBUTES) && (withV3 || !tags.has(HEADER));
}

/** The request to the version 2 store: the data itself, or its field 2. Undefined for other requests. */
function v2Request(data: Uint8Array, fields: readonly ProtobufField[]): Uint8Array | undefined {
  const field = fields.find(({ tag }) => tag === METHOD_OR_V2_REQUEST);
  if (field === undefined) return undefined;
  const contents = data.subarray(field.contents.start, field.contents.end);
  const isRequest = contents.length > 0 && fieldsOf(contents) !== undefined;
  return isRequest ? contents : data;
}

function setsMemberAttributes(request: Uint8Array): boolean {
  const fields = fieldsOf(request) ?? [];
  const text = (tag: number) => {
    const field = fields.find((each) => each.tag === tag);
    return field === undefined
      ? ''
      : Buffer.from(request.subarray(field.contents.start, field.contents.end)).toString('utf8');
  };
  return text(METHOD_OR_V2_REQUEST) === 'PUT' && MEMBER_PATH.test(text(PATH));
}

/** `undefined` when the bytes are not a protobuf message. */
function fieldsOf(message: Uint8Array): readonly ProtobufField[] | undefined {
  const reader = new ProtobufReader(message, 0, message.length);
  const fields: ProtobufField[] = [];
  while (!reader.isAtEnd) {
    const field = reader.next();
    if (field === undefined) return undefined;
    fields.push(field);
  }
  return fields;
}
