import { bytesFromText } from '../go/bytes.js';
import { drawBlocks } from './blocks.js';
import { renderBytes, renderSnapshotSaved, renderText, unsupported } from './format-independent.js';
import type { Display, Renderers, Sink } from './printer.js';
import {
  fileHashKvCells,
  hashKvCells,
  IMPORT_HEADER,
  importCells,
  localEtcdCells,
  memberCells,
  profileCells,
  programVersionCells,
  recoveryCells,
  rollingDefragCells,
  STATUS_COLUMNS,
  snapshotEntryCells,
  snapshotStatusCells,
  statusCells,
  statusOrFailureCells,
  stepCells,
  verifiedCells,
} from './rows.js';
import { drawTable, tableWidth } from './text-table.js';

const MEMBER_HEADER = ['ID', 'STATUS', 'NAME', 'PEER ADDRS', 'CLIENT ADDRS', 'IS LEARNER'];
const HEALTH_HEADER = ['ENDPOINT', 'HEALTH', 'TOOK', 'ERROR'];
const HEALTH_STATE_HEADER = ['ENDPOINT', 'STATE', 'TOOK', 'ATTEMPTS', 'REASON'];
const HASH_KV_HEADER = ['ENDPOINT', 'HASH', 'HASH REVISION'];
const SNAPSHOT_STATUS_HEADER = ['HASH', 'REVISION', 'TOTAL KEYS', 'TOTAL SIZE', 'VERSION'];
const VERIFIED_HEADER = ['PATH', 'CHECKSUM', 'BUCKETS', 'RECORDS', 'TOTAL SIZE'];
const SNAPSHOT_LIST_HEADER = ['FILE', 'STATE', 'CLUSTER', 'BEGIN', 'REVISION', 'KEYS', 'SIZE', 'PROBLEM'];
const FILE_HASH_KV_HEADER = ['HASH', 'HASH REVISION', 'COMPACT REVISION'];
const PROFILE_HEADER = ['NAME', 'ENDPOINTS', 'PROBLEM'];
const PROGRAM_VERSION_HEADER = ['PROGRAM', 'VERSION', 'COMMIT', 'RUNTIME', 'PLATFORM', 'COMPATIBLE WITH'];
const LOCAL_ETCD_HEADER = ['LAYOUT', 'FOUND IN', 'ENDPOINTS', 'CA', 'CERT', 'KEY', 'NAME', 'DATA DIR'];

const ROLLING_DEFRAG_HEADER = [
  'ENDPOINT',
  'ID',
  'NAME',
  'ROLE',
  'STATE',
  'DB SIZE',
  'UNUSED',
  'DB SIZE AFTER',
  'TOOK',
  'REASON',
];

const RECOVERY_HEADER = ['ENDPOINT', 'ID', 'NAME', 'NOSPACE', 'DB SIZE', 'IN USE', 'QUOTA', 'DB SIZE AFTER'];

const STEP_HEADER = ['STEP', 'STATE', 'WHAT'];

const refused = unsupported('table');

/** Tables of members, endpoints and files; other kinds are refused (ctlv3/command/printer_table.go, 3.7.1). */
export const renderers: Renderers = {
  put: refused,
  range: refused,
  'delete-range': refused,
  txn: refused,
  watch: refused,

  'lease-grant': refused,
  'lease-revoke': refused,
  'lease-keep-alive': refused,
  'lease-time-to-live': refused,
  'lease-list': refused,

  'member-add': refused,
  'member-remove': refused,
  'member-update': refused,
  'member-promote': refused,
  'member-list': ({ response }, sink, { display }) =>
    writeTable({ sink, display }, MEMBER_HEADER, response.members.map(memberCells)),
  'endpoint-health': ({ endpoints }, sink, { display }) => {
    const rows = endpoints.map(({ endpoint, isHealthy, took, error }) => [
      endpoint,
      String(isHealthy),
      took,
      error,
    ]);
    writeTable({ sink, display }, HEALTH_HEADER, rows);
  },
  'endpoint-health-states': ({ endpoints }, sink, { display }) => {
    const rows = endpoints.map(({ endpoint, state, took, attempts, reason }) => [
      endpoint,
      state,
      took,
      String(attempts),
      reason,
    ]);
    writeTable({ sink, display }, HEALTH_STATE_HEADER, rows);
  },
  'endpoint-status': ({ endpoints }, sink, { display }) =>
    writeTable({ sink, display }, STATUS_COLUMNS, endpoints.map(statusCells)),
  'endpoint-status-all': ({ endpoints }, sink, { display }) =>
    writeTable({ sink, display }, STATUS_COLUMNS, endpoints.map(statusOrFailureCells)),
  'endpoint-hashkv': ({ endpoints }, sink, { display }) =>
    writeTable({ sink, display }, HASH_KV_HEADER, endpoints.map(hashKvCells)),
  'defrag-rolling': ({ report }, sink, { display }) =>
    writeTable({ sink, display }, ROLLING_DEFRAG_HEADER, report.members.map(rollingDefragCells)),
  'alarm-recovery': ({ report }, sink, { display }) =>
    writeTable({ sink, display }, RECOVERY_HEADER, report.members.map(recoveryCells)),
  'member-replacement': ({ report }, sink, { display }) =>
    writeTable({ sink, display }, STEP_HEADER, report.steps.map(stepCells)),
  'local-restore': ({ report }, sink, { display }) =>
    writeTable({ sink, display }, STEP_HEADER, report.steps.map(stepCells)),
  'move-leader': refused,
  downgrade: refused,
  alarm: refused,

  'doctor-report': refused,
  'store-diff': async ({ diff }, sink, { display }) => {
    const { DIFFERENCE_HEADER, differenceCells, diffTable } = await import('./store-rows.js');
    writeTable({ sink, display }, ...diffTable(diff));
    for await (const part of diff.differences) {
      writeTable({ sink, display }, DIFFERENCE_HEADER, part.map(differenceCells));
      await sink.flush?.();
    }
  },
  'store-use': async ({ use }, sink, { display }) => {
    const { storeTable } = await import('./store-rows.js');
    for (const table of use.tables) writeTable({ sink, display }, ...storeTable(table, use));
  },

  'auth-status': refused,
  'user-add': refused,
  'user-get': refused,
  'user-list': refused,
  'user-delete': refused,
  'user-change-password': refused,
  'user-grant-role': refused,
  'user-revoke-role': refused,
  'role-add': refused,
  'role-get': refused,
  'role-list': refused,
  'role-delete': refused,
  'role-grant-permission': refused,
  'role-revoke-permission': refused,

  'snapshot-status': ({ status }, sink, { display }) => {
    const cells = snapshotStatusCells(status);
    writeTable({ sink, display }, SNAPSHOT_STATUS_HEADER.slice(0, cells.length), [cells]);
  },
  'snapshot-verified': ({ snapshot }, sink, { display }) =>
    writeTable({ sink, display }, VERIFIED_HEADER, [verifiedCells(snapshot)]),
  'snapshot-list': ({ snapshots }, sink, { display }) =>
    writeTable({ sink, display }, SNAPSHOT_LIST_HEADER, snapshots.map(snapshotEntryCells)),
  'file-hashkv': ({ hashKv }, sink, { display }) =>
    writeTable({ sink, display }, FILE_HASH_KV_HEADER, [fileHashKvCells(hashKv)]),
  'file-hash': ({ path, hash }, sink, { display }) =>
    writeTable({ sink, display }, ['PATH', 'HASH'], [[path, String(hash)]]),
  'profile-list': ({ profiles }, sink, { display }) =>
    writeTable({ sink, display }, PROFILE_HEADER, profiles.map(profileCells)),
  'program-version': ({ program }, sink, { display }) =>
    writeTable({ sink, display }, PROGRAM_VERSION_HEADER, [programVersionCells(program)]),
  'bucket-list': refused,
  'bucket-records': refused,
  'import-report': ({ report }, sink, { display }) =>
    writeTable({ sink, display }, IMPORT_HEADER, [importCells(report)]),
  'import-change': refused,
  'local-etcd': ({ etcd, others }, sink, { display }) =>
    writeTable({ sink, display }, LOCAL_ETCD_HEADER, [etcd, ...others].map(localEtcdCells)),
  'snapshot-saved': renderSnapshotSaved,
  'decoded-values': refused,
  'decoded-events': refused,
  text: renderText,
  bytes: renderBytes,
};

interface TableTarget {
  readonly sink: Sink;
  readonly display: Display | undefined;
}

/** etcdctl's table or, on a terminal that is narrower, the same cells as blocks. */
function writeTable(
  { sink, display }: TableTarget,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  // 0: the terminal's size is not set.
  const columns = display?.columns ?? 0;
  const isTooWide = columns > 0 && rows.length > 0 && tableWidth(header, rows) > columns;
  sink.out(bytesFromText(isTooWide ? drawBlocks(header, rows, columns) : drawTable(header, rows)));
}
