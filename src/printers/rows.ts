import { formatByteSize } from '../go/byte-size.js';
import type { Member } from '../model/messages/cluster.js';
import type {
  EndpointHashKv,
  EndpointStatus,
  FileHashKv,
  SnapshotStatus,
  VerifiedSnapshot,
} from '../model/results.js';
import { idHex } from './id.js';

/** The cells that tables and the simple format have in common (ctlv3/command/printer.go and etcdutl/printer.go, 3.7.1). */

/** ID, status, name, peer addresses, client addresses, is learner. */
export function memberCells({ id, name, peerUrls, clientUrls, isLearner }: Member): string[] {
  const status = name === '' ? 'unstarted' : 'started';
  return [idHex(id), status, name, peerUrls.join(','), clientUrls.join(','), String(isLearner)];
}

/** Sixteen cells, from the endpoint to whether a downgrade is enabled. */
export function statusCells({ endpoint, response }: EndpointStatus): string[] {
  const memberId = response.header?.memberId ?? 0n;
  return [
    endpoint,
    idHex(memberId),
    response.version,
    response.storageVersion,
    formatByteSize(response.dbSize),
    formatByteSize(response.dbSizeInUse),
    `${unusedPercentage(response)}%`,
    formatByteSize(response.dbSizeQuota),
    String(response.leader === memberId),
    String(response.isLearner),
    response.raftTerm.toString(),
    response.raftIndex.toString(),
    response.raftAppliedIndex.toString(),
    response.errors.join(', '),
    response.downgradeInfo?.targetVersion ?? '',
    String(response.downgradeInfo?.enabled ?? false),
  ];
}

/** A database of size zero, which makes etcdctl panic, counts as used. */
function unusedPercentage({ dbSize, dbSizeInUse }: EndpointStatus['response']): bigint {
  return dbSize === 0n ? 0n : 100n - (dbSizeInUse * 100n) / dbSize;
}

/** Endpoint, hash, the revision of the hash. */
export function hashKvCells({ endpoint, response }: EndpointHashKv): string[] {
  return [endpoint, String(response.hash), response.hashRevision.toString()];
}

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
