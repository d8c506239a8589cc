import { workerData } from 'node:worker_threads';
import { emptyTally, fuzzFile, summaryOf } from './fuzz.js';

/** The input of the worker, from `scripts/fuzz.mjs`. */
interface Assignment {
  readonly seed: number;
  readonly from: number;
  readonly until: number;
  /** The index of the current file, for the watchdog in the main thread. */
  readonly progress: SharedArrayBuffer;
}

const { seed, from, until, progress } = workerData as Assignment;
const current = new Int32Array(progress);
const tally = emptyTally();
for (let index = from; index < until; index++) {
  Atomics.store(current, 0, index);
  await fuzzFile(seed, index, tally);
}
process.stdout.write(`${summaryOf(tally)}\n`);
