import { formatByteSize } from '../go/byte-size.js';
import type { FileHashKv, SnapshotEntry, SnapshotStatus, VerifiedSnapshot } from '../model/file-reports.js';
import type { ImportReport } from '../model/import.js';
import type { LocalEtcd } from '../model/local-etcd.js';
import type { MaintenanceStep, RecoveryMember, RollingDefragMember } from '../model/maintenance-reports.js';
import type { Member } from '../model/messages/cluster.js';
import type { ProgramVersion } from '../model/program-version.js';
import type { EndpointFailure, EndpointHashKv, EndpointStatus, ProfileSummary } from '../model/results.js';
import { idHex } from './id.js';

/** The cells that tables and the simple format have in common (ctlv3/command/printer.go and etcdutl/printer.go, 3.7.1). */

/** ID, status, name, peer addresses, client addresses, is learner. */
export function memberCells({ id, name, peerUrls, clientUrls, isLearner }: Member): string[] {
  const status = name === '' ? 'unstarted' : 'started';
  return [idHex(id), status, name, peerUrls.join(','), clientUrls.join(','), String(isLearner)];
}

export const STATUS_COLUMNS = [
  'ENDPOINT',
  'ID',
  'VERSION',
  'STORAGE VERSION',
  'DB SIZE',
  'IN USE',
  'PERCENTAGE NOT IN USE',
  'QUOTA',
  'IS LEADER',
  'IS LEARNER',
  'RAFT TERM',
  'RAFT INDEX',
  'RAFT APPLIED INDEX',
  'ERRORS',
  'DOWNGRADE TARGET VERSION',
  'DOWNGRADE ENABLED',
];
const ERRORS_COLUMN = STATUS_COLUMNS.indexOf('ERRORS');

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

/** The cells of `statusCells`, where an endpoint that has failed has its name and, among the errors, the reason. */
export function statusOrFailureCells(each: EndpointStatus | EndpointFailure): string[] {
  if ('response' in each) return statusCells(each);
  const { endpoint, error, reasons } = each;
  const [reason = error] = reasons;
  const cells = STATUS_COLUMNS.map(() => '');
  return cells.with(0, endpoint).with(ERRORS_COLUMN, withoutEndpoint(reason, endpoint));
}

function withoutEndpoint(reason: string, endpoint: string): string {
  return reason.startsWith(`${endpoint}: `) ? reason.slice(endpoint.length + 2) : reason;
}

/** A database of size zero, which makes etcdctl panic, counts as used. */
function unusedPercentage({ dbSize, dbSizeInUse }: EndpointStatus['response']): bigint {
  return dbSize === 0n ? 0n : 100n - (dbSizeInUse * 100n) / dbSize;
}

/** Endpoint, hash, the revision of the hash. */
export function hashKvCells({ endpoint, response }: EndpointHashKv): string[] {
  return [endpoint, String(response.hash), response.hashRevision.toString()];
}

/** Ten cells, from the endpoint to the reason. */
export function rollingDefragCells(member: RollingDefragMember): string[] {
  const { endpoint, id, name, role, state, sizeBytes, unusedBytes, newSizeBytes, took, reason } = member;
  return [
    endpoint,
    idHex(id),
    name,
    role,
    state,
    formatByteSize(sizeBytes),
    formatByteSize(unusedBytes),
    newSizeBytes === undefined ? '' : formatByteSize(newSizeBytes),
    took ?? '',
    reason ?? '',
  ];
}

/** Eight cells, from the endpoint to the size after the work. */
export function recoveryCells(member: RecoveryMember): string[] {
  const { endpoint, id, name, isFull, sizeBytes, inUseBytes, quotaBytes, newSizeBytes } = member;
  return [
    endpoint,
    idHex(id),
    name,
    String(isFull),
    ...[sizeBytes, inUseBytes, quotaBytes, newSizeBytes].map((size) =>
      size === undefined ? '' : formatByteSize(size),
    ),
  ];
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

/** File, state, cluster, begin, revision, keys, size, problem. */
export function snapshotEntryCells(snapshot: SnapshotEntry): string[] {
  const { file, state, cluster, begin, revision, keys, sizeBytes, problem } = snapshot;
  const size = sizeBytes === undefined ? undefined : formatByteSize(sizeBytes);
  const cells = [cluster, begin, revision, keys, size, problem];
  return [file, state, ...cells.map((cell) => (cell === undefined ? '' : String(cell)))];
}

/** Hash, its revision, the compacted revision. */
export function fileHashKvCells({ hash, hashRevision, compactRevision }: FileHashKv): string[] {
  return [String(hash), hashRevision.toString(), compactRevision.toString()];
}

/** Name, endpoints, problem. */
export function profileCells({ name, endpoints, problem }: ProfileSummary): string[] {
  return [name, endpoints.join(','), problem ?? ''];
}

export function programVersionCells(program: ProgramVersion): string[] {
  const { name, version, commit, runtime, platform, compatibleWith } = program;
  return [name, version, commit, runtime, platform, compatibleWith];
}

export const IMPORT_HEADER = ['KEYS', 'NEW', 'CHANGED', 'UNCHANGED', 'SKIPPED', 'WITH LEASE', 'NEW LEASES'];

/** The cells of `IMPORT_HEADER`; what only a dry run knows is empty. */
export function importCells(report: ImportReport): string[] {
  const { keys, changes, skippedKeys, leasedKeys, grantedLeases } = report;
  const compared = [changes?.new, changes?.changed, changes?.unchanged];
  return [keys, ...compared, skippedKeys, leasedKeys, grantedLeases].map((count) =>
    count === undefined ? '' : String(count),
  );
}

/** Layout, where it was found, endpoints, the TLS files, the member's name and data directory. */
export function localEtcdCells({
  layout,
  source,
  endpoints,
  caFile,
  certFile,
  keyFile,
  member,
}: LocalEtcd): string[] {
  const cells = [caFile, certFile, keyFile, member?.name, member?.dataDirectory];
  return [layout, source, endpoints.join(','), ...cells.map((cell) => cell ?? '')];
}

/** Step, state, what it does. */
export function stepCells({ name, state, text }: MaintenanceStep): string[] {
  return [name, state, text];
}
