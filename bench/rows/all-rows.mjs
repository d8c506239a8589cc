import { checkPerfRows } from './check-perf.mjs';
import { mirrorRows } from './mirror.mjs';
import { offlineRows } from './offline.mjs';
import { rangeRows } from './ranges.mjs';
import { snapshotRows } from './snapshots.mjs';
import { startUpRows } from './start-up.mjs';
import { watchRows } from './watches.mjs';
import { writeRows } from './writes.mjs';

/** All rows, in the order of the table. */
/** @type {import('./row.mjs').Row<any>[]} */
export const allRows = [
  ...startUpRows,
  ...snapshotRows,
  ...rangeRows,
  ...watchRows,
  ...writeRows,
  ...mirrorRows,
  ...checkPerfRows,
  ...offlineRows,
];
