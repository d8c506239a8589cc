import { joinPath } from '../../go/file-path.js';
import { CommandError, CorruptFileError } from '../../model/errors.js';
import { Entry, HardState, WalSnapshot } from '../../wire/records.js';
import { FileByteSource } from '../byte-source.js';
import { readDirectory } from '../directory.js';
import { type DecodedWalRecord, walRecords } from './record-reader.js';

const SEGMENT_NAME = /^[0-9a-f]{16}-[0-9a-f]{16}\.wal$/;

/** All records of the log in a directory, in order. Throws `CommandError` and `CorruptFileError`. */
export function* readWal(directory: string): Generator<DecodedWalRecord & { readonly path: string }> {
  const names = segmentNames(directory);
  if (names.length === 0) throw new CommandError(`there is no WAL in ${directory}`);
  let crc: number | undefined;
  for (const [index, name] of names.entries()) {
    const path = joinPath(directory, name);
    const source = FileByteSource.open(path);
    try {
      const records = walRecords(source, { crc, isLastFile: index === names.length - 1 });
      let step = records.next();
      for (; !step.done; step = records.next()) yield { ...step.value, path };
      crc = step.value;
    } finally {
      source.close();
    }
  }
}

/**
 * The entries that a server would replay: those after the newest committed snapshot in the log. Entries that a later leader has
 * overwritten are included.
 */
export function* entriesToReplay(directory: string): Generator<Entry> {
  const start = newestSnapshotIndex(directory);
  for (const record of readWal(directory)) {
    if (record.type !== 'entry') continue;
    const entry = decodeWalRecord(Entry, record);
    if ((entry.index ?? 0n) > start) yield entry;
  }
}

function newestSnapshotIndex(directory: string): bigint {
  return committedSnapshots(directory).at(-1)?.index ?? 0n;
}

/** The snapshot records in the log whose index is committed. */
export function committedSnapshots(directory: string): readonly WalSnapshot[] {
  const snapshots: WalSnapshot[] = [];
  let commit = 0n;
  for (const record of readWal(directory)) {
    if (record.type === 'snapshot') snapshots.push(decodeWalRecord(WalSnapshot, record));
    if (record.type === 'state') commit = decodeWalRecord(HardState, record).commit ?? 0n;
  }
  return snapshots.filter(({ index = 0n }) => index <= commit);
}

/** Whether the directory has WAL files. Throws a `CommandError` when it cannot be read. */
export function hasWal(directory: string): boolean {
  return segmentNames(directory).length > 0;
}

/** Decodes the data of a record. Throws `CorruptFileError`. */
export function decodeWalRecord<Message>(
  type: { decode(bytes: Uint8Array): Message },
  record: DecodedWalRecord & { readonly path: string },
): Message {
  try {
    return type.decode(record.data);
  } catch (cause) {
    const message = `cannot decode a WAL record of type ${record.type}`;
    throw new CorruptFileError(message, record.path, record.offset, { cause });
  }
}

function segmentNames(directory: string): string[] {
  return readDirectory(directory)
    .filter((name) => SEGMENT_NAME.test(name))
    .sort();
}
