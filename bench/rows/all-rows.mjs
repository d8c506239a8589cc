import { backupRows } from './backups.mjs';
import { checkPerfRows } from './check-perf.mjs';
import { deadMembersRows } from './dead-members.mjs';
import { decodingRows } from './decoding.mjs';
import { exportRows } from './exports.mjs';
import { historyRows } from './histories.mjs';
import { manyPutsRows } from './many-puts.mjs';
import { mirrorRows } from './mirror.mjs';
import { offlineRows } from './offline.mjs';
import { rangeRows } from './ranges.mjs';
import { snapshotRows } from './snapshots.mjs';
import { startUpRows } from './start-up.mjs';
import { storeContentsRows } from './store-contents.mjs';
import { watchRows } from './watches.mjs';
import { writeRows } from './writes.mjs';

/** All rows, in the order of the table. */
/** @type {import('./row.mjs').Row<any>[]} */
export const allRows = [
  ...startUpRows,
  ...manyPutsRows,
  ...deadMembersRows,
  ...snapshotRows,
  ...backupRows,
  ...rangeRows,
  ...decodingRows,
  ...watchRows,
  ...historyRows,
  ...writeRows,
  ...mirrorRows,
  ...exportRows,
  ...checkPerfRows,
  ...offlineRows,
  ...storeContentsRows,
];
