import { CorruptFileError } from '../../model/errors.js';
import { WalRecord } from '../../wire/records.js';
import type { ByteSource } from '../byte-source.js';
import { Crc32c } from '../crc32c.js';
import { LENGTH_FIELD_BYTES, RECORD_TYPES } from './format.js';

export type WalRecordType = keyof typeof RECORD_TYPES;

export interface DecodedWalRecord {
  readonly type: WalRecordType;
  readonly data: Uint8Array;
  readonly offset: number;
}

const SECTOR_BYTES = 512;

const TYPE_NAMES: ReadonlyMap<bigint, WalRecordType> = new Map(
  (Object.entries(RECORD_TYPES) as [WalRecordType, bigint][]).map(([name, number]) => [number, name]),
);

export interface WalReadOptions {
  /** The checksum at the end of the previous file; undefined for the first file that is read. */
  readonly crc: number | undefined;
  /** The last file of a log may end in a torn write. It ends the log and is not an error. */
  readonly isLastFile: boolean;
}

/**
 * The records of one file, each checked against its checksum. The generator's return value is the checksum at the end of the
 * file. Throws `CorruptFileError`.
 */
export function* walRecords(
  source: ByteSource,
  { crc, isLastFile }: WalReadOptions,
): Generator<DecodedWalRecord, number> {
  let checksum = new Crc32c(crc);
  let isChecksumUnknown = crc === undefined;
  for (let offset = 0; offset + LENGTH_FIELD_BYTES <= source.sizeBytes; ) {
    const frame = readFrame(source, offset, isLastFile);
    if (frame === undefined) break;
    const record = decode(frame.bytes);
    const isCrcRecord = record?.type === 'crc';
    if (record !== undefined && !isCrcRecord) checksum.update(record.data);
    if (record === undefined || (!isChecksumUnknown && record.crc !== checksum.value)) {
      if (isLastFile && isTorn(frame.bytes, offset)) break;
      const message =
        record === undefined ? 'cannot decode a WAL record' : 'a WAL record has a wrong checksum';
      throw new CorruptFileError(message, source.path, offset);
    }
    if (isCrcRecord) checksum = new Crc32c(record.crc);
    isChecksumUnknown = false;
    yield { type: record.type, data: record.data, offset };
    offset += frame.frameBytes;
  }
  return checksum.value;
}

interface Frame {
  /** The record, copied. */
  readonly bytes: Uint8Array;
  /** Including the length field and the padding. */
  readonly frameBytes: number;
}

/** Undefined at the end of the log. */
function readFrame(source: ByteSource, offset: number, isLastFile: boolean): Frame | undefined {
  const field = source.read(offset, LENGTH_FIELD_BYTES);
  const view = new DataView(field.buffer, field.byteOffset, LENGTH_FIELD_BYTES);
  const low = view.getUint32(0, true);
  const high = view.getUint32(4, true);
  if (low === 0 && high === 0) return undefined;
  const recordBytes = (high & 0xff_ffff) * 2 ** 32 + low;
  const paddingBytes = high >>> 31 === 1 ? (high >>> 24) & 0x07 : 0;
  const frameBytes = LENGTH_FIELD_BYTES + recordBytes + paddingBytes;
  if (offset + frameBytes > source.sizeBytes) {
    if (isLastFile) return undefined;
    throw new CorruptFileError('a WAL record extends beyond the end of its file', source.path, offset);
  }
  const bytes = new Uint8Array(source.read(offset + LENGTH_FIELD_BYTES, recordBytes));
  return { bytes, frameBytes };
}

/**
 * Disks write whole sectors, so a sector of zeros within a record was never written (`isTornEntry` in etcd server/storage/wal/decoder.go).
 */
function isTorn(record: Uint8Array, frameOffset: number): boolean {
  const first = (frameOffset + LENGTH_FIELD_BYTES) % SECTOR_BYTES;
  for (let start = 0; start < record.length; ) {
    const end = Math.min(record.length, start + SECTOR_BYTES - ((first + start) % SECTOR_BYTES));
    if (record.subarray(start, end).every((byte) => byte === 0)) return true;
    start = end;
  }
  return false;
}

function decode(bytes: Uint8Array) {
  try {
    const { type = 0n, crc = 0, data = new Uint8Array(0) } = WalRecord.decode(bytes);
    const name = TYPE_NAMES.get(type);
    return name === undefined ? undefined : { type: name, crc, data };
  } catch {
    return undefined;
  }
}
