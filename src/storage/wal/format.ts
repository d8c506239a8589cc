/**
 * # A write-ahead log file
 *
 * The log of raft entries (etcd server/storage/wal, read at v3.7.1, measured from 3.4 on). A log is a directory of segment
 * files `<sequence>-<first index>.wal`, both as 16 hexadecimal digits. etcd preallocates 64 000 000 zero bytes for each and
 * writes over them.
 *
 * A file is a sequence of frames: a length field of eight bytes, little-endian, a walpb.Record of protobuf, and zeros up
 * to a multiple of eight. The low 56 bits of the length field are the record's length; when there is padding, the
 * highest byte is 0x80 plus the number of padding bytes. A length field of zero, or the end of the file, ends the log.
 *
 * Every record carries a CRC-32C over the data of all records so far, across files. Each file begins with a record of type
 * crc. It has no data; its checksum is the one at the end of the previous file, and the reader continues from it.
 *
 * | type | data |
 * |---|---|
 * | 1 metadata | ids of node and cluster; the same in every file |
 * | 2 entry | raftpb.Entry |
 * | 3 state | raftpb.HardState: term, vote, commit |
 * | 4 crc | none |
 * | 5 snapshot | walpb.Snapshot: index and term up to which the `.snap` file and the database contain the log |
 */
export const RECORD_TYPES = {
  metadata: 1n,
  entry: 2n,
  state: 3n,
  crc: 4n,
  snapshot: 5n,
} as const;

export const LENGTH_FIELD_BYTES = 8;
export const FRAME_ALIGNMENT = 8;
/** The size that etcd preallocates for a file. */
export const SEGMENT_BYTES = 64_000_000;

export function segmentName(sequence: bigint, firstIndex: bigint): string {
  return `${hex16(sequence)}-${hex16(firstIndex)}.wal`;
}

/** As in the names of log and snapshot files. */
export function hex16(value: bigint): string {
  return value.toString(16).padStart(16, '0');
}
