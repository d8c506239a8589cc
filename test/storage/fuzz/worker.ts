import { workerData } from 'node:worker_threads';
import { emptyTally, fuzzFile, summaryOf } from './fuzz.js';

/** What `scripts/fuzz.mjs` gives to the worker in which the readers run. */
interface Assignment {
  readonly seed: number;
  readonly from: number;
  readonly until: number;
  /** The file under way, for the one who watches. */
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
