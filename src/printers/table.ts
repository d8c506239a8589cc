import { bytesFromText } from '../go/bytes.js';
import { renderSnapshotSaved, renderText, unsupported } from './format-independent.js';
import type { Renderers, Sink } from './printer.js';
import {
  fileHashKvCells,
  hashKvCells,
  memberCells,
  snapshotStatusCells,
  statusCells,
  verifiedCells,
} from './rows.js';
import { drawTable } from './text-table.js';

const MEMBER_HEADER = ['ID', 'STATUS', 'NAME', 'PEER ADDRS', 'CLIENT ADDRS', 'IS LEARNER'];
const HEALTH_HEADER = ['ENDPOINT', 'HEALTH', 'TOOK', 'ERROR'];
const HASH_KV_HEADER = ['ENDPOINT', 'HASH', 'HASH REVISION'];
const SNAPSHOT_STATUS_HEADER = ['HASH', 'REVISION', 'TOTAL KEYS', 'TOTAL SIZE', 'VERSION'];
const VERIFIED_HEADER = ['PATH', 'CHECKSUM', 'BUCKETS', 'RECORDS', 'TOTAL SIZE'];
const FILE_HASH_KV_HEADER = ['HASH', 'HASH REVISION', 'COMPACT REVISION'];
const STATUS_HEADER = [
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
  'member-list': ({ response }, sink) => writeTable(sink, MEMBER_HEADER, response.members.map(memberCells)),
  'endpoint-health': ({ endpoints }, sink) => {
    const rows = endpoints.map(({ endpoint, isHealthy, took, error }) => [
      endpoint,
      String(isHealthy),
      took,
      error,
    ]);
    writeTable(sink, HEALTH_HEADER, rows);
  },
  'endpoint-status': ({ endpoints }, sink) => writeTable(sink, STATUS_HEADER, endpoints.map(statusCells)),
  'endpoint-hashkv': ({ endpoints }, sink) => writeTable(sink, HASH_KV_HEADER, endpoints.map(hashKvCells)),
  'move-leader': refused,
  downgrade: refused,
  alarm: refused,

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

  'snapshot-status': ({ status }, sink) => {
    const cells = snapshotStatusCells(status);
    writeTable(sink, SNAPSHOT_STATUS_HEADER.slice(0, cells.length), [cells]);
  },
  'snapshot-verified': ({ snapshot }, sink) => writeTable(sink, VERIFIED_HEADER, [verifiedCells(snapshot)]),
  'file-hashkv': ({ hashKv }, sink) => writeTable(sink, FILE_HASH_KV_HEADER, [fileHashKvCells(hashKv)]),
  'file-hash': ({ path, hash }, sink) => writeTable(sink, ['PATH', 'HASH'], [[path, String(hash)]]),
  'bucket-list': refused,
  'bucket-records': refused,
  'snapshot-saved': renderSnapshotSaved,
  text: renderText,
};

function writeTable(sink: Sink, header: readonly string[], rows: readonly (readonly string[])[]): void {
  sink.out(bytesFromText(drawTable(header, rows)));
}
