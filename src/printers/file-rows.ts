import { formatByteSize } from '../go/byte-size.js';
import type { FileHashKv, SnapshotStatus, VerifiedSnapshot } from '../model/results.js';

/** The cells that tables and simple lists of files have in common (etcdutl/printer.go, 3.7.1). */

/** Hash, revision, keys, size, and the version for programs that show it. */
export function snapshotStatusCells(status: SnapshotStatus): string[] {
  const { hash, revision, totalKeys, totalSizeBytes, version } = status;
  return [
    hash.toString(16),
    revision.toString(),
    String(totalKeys),
    formatByteSize(totalSizeBytes),
    ...(version === undefined ? [] : [version]),
  ];
}

/** Path, checksum, buckets, records, size. */
export function verifiedCells(snapshot: VerifiedSnapshot): string[] {
  const { path, checksum, buckets, records, databaseBytes } = snapshot;
  return [path, checksum, String(buckets), String(records), formatByteSize(databaseBytes)];
}

/** Hash, its revision, the compacted revision. */
export function fileHashKvCells({ hash, hashRevision, compactRevision }: FileHashKv): string[] {
  return [String(hash), hashRevision.toString(), compactRevision.toString()];
}
