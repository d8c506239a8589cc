// `npm run fuzz -- [--files N] [--responses N] [--seed N] [--only INDEX]`: makes N mutated databases, logs and snapshots, and passes them
// to all code that reads such files; then plays N mutated responses of a server to the client over each of the two transports, and some
// to the executable. Stops at the first one that ends neither in success nor in an expected error, or takes too long. The same seed makes
// the same files and responses; --only repeats one: INDEX for a file, grpc-js:INDEX, frames:INDEX or executable:INDEX for a response.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { fuzzExecutable, fuzzResponses } from './lib/fuzz-responses.mjs';
import { referenceCache, root } from './lib/paths.mjs';

/** The time limit for one file; files have at most about 400 kB. */
const MAX_MS_PER_FILE = 60_000;
/** Far more than any reader needs. A reader without a bound ends at this limit, before the machine runs out of memory. */
const HEAP_MIB = 256;

/** To the executable, which is a process for each. */
const MAX_PROGRAMS = 200;

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '100000' },
    responses: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
});
const seed = wholeNumber('seed', values.seed);
const [onlyIndex, onlyTarget = 'files'] = values.only?.split(':').reverse() ?? [];
const from = onlyIndex === undefined ? 0 : wholeNumber('only', onlyIndex);
/** @param {'files' | 'responses'} kind */
const untilOf = (kind) => (onlyIndex === undefined ? wholeNumber(kind, values[kind]) : from + 1);
const until = untilOf('files');
/** @param {string} target */
const isWanted = (target) => onlyIndex === undefined || target === onlyTarget;

const cache = path.dirname(referenceCache);
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(path.join(cache, 'fuzz-'));
try {
  for (const step of [fuzzFiles, fuzzBothTransports, fuzzPrograms]) {
    if (process.exitCode === undefined) await step();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function fuzzFiles() {
  if (!isWanted('files') || until === 0) return;
  const startMs = performance.now();
  const fault = await run(await bundle());
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  report({ line: `${until - from} mutated files of seed ${seed} in ${seconds} s: no failures`, fault });
}

async function fuzzBothTransports() {
  const transports = /** @type {const} */ (['grpc-js', 'frames']).filter(isWanted);
  const cases = { seed, from, until: untilOf('responses'), folder };
  for (const outcome of await Promise.all(transports.map((name) => fuzzResponses(name, cases))))
    report(outcome);
}

async function fuzzPrograms() {
  if (!isWanted('executable')) return;
  const cases = { seed, from, until: Math.min(untilOf('responses'), from + MAX_PROGRAMS), folder };
  report(
    (await fuzzExecutable(cases)) ?? { line: 'no responses to the executable: npm run build:standalone' },
  );
}

/** @param {{ line: string, fault?: string | undefined }} outcome */
function report({ line, fault }) {
  console.log(fault ?? line);
  if (fault !== undefined) process.exitCode = 1;
}

/** @returns {Promise<string>} the path of the worker's bundle */
async function bundle() {
  const outfile = path.join(folder, 'worker.mjs');
  await build({
    absWorkingDir: root,
    entryPoints: ['test/storage/fuzz/worker.ts'],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: 'inline',
    // The bundled code looks for the sample files in the folder of its source.
    define: { 'import.meta.dirname': JSON.stringify(path.join(root, 'test', 'storage', 'support')) },
    logLevel: 'warning',
  });
  return outfile;
}

/**
 * @param {string} program
 * @returns {Promise<string | undefined>} the failure, with the index of its file; undefined when there is none
 */
function run(program) {
  const progress = new SharedArrayBuffer(4);
  const current = new Int32Array(progress);
  const worker = new Worker(program, {
    workerData: { seed, from, until, progress },
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
    execArgv: ['--enable-source-maps'],
  });
  return new Promise((resolve) => {
    let last = -1;
    const watch = setInterval(() => {
      if (current[0] === last) end('does not end');
      last = current[0] ?? -1;
    }, MAX_MS_PER_FILE);
    /** @param {string} [fault] */
    const end = (fault) => {
      clearInterval(watch);
      void worker.terminate();
      resolve(
        fault &&
          `file ${current[0]}: ${fault}\nrepeat with: npm run fuzz -- --seed ${seed} --only ${current[0]}`,
      );
    };
    worker.on('error', (error) => end(describe(error)));
    worker.on('exit', () => end());
  });
}

/**
 * @param {unknown} error
 * @returns {string}
 */
function describe(error) {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by: ${describe(error.cause)}`;
  return `${error.stack}${cause}`;
}

/**
 * @param {string} name
 * @param {string} text
 */
function wholeNumber(name, text) {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  console.error(`--${name} takes a whole number, not ${text}`);
  process.exit(1);
}
