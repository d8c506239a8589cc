// `npm run fuzz -- [--files N] [--seed N] [--only INDEX]`: makes N mutated databases, logs and snapshots, and passes them to all
// code that reads such files. Stops at the first file that ends neither in success nor in an expected error, or takes too long.
// The same seed makes the same files; --only repeats one of them.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { referenceCache, root } from './lib/paths.mjs';

/** The time limit for one file; files have at most about 400 kB. */
const MAX_MS_PER_FILE = 60_000;
/** Far more than any reader needs. A reader without a bound ends at this limit, before the machine runs out of memory. */
const HEAP_MIB = 256;

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
});
const seed = wholeNumber('seed', values.seed);
const from = values.only === undefined ? 0 : wholeNumber('only', values.only);
const until = values.only === undefined ? wholeNumber('files', values.files) : from + 1;

const cache = path.dirname(referenceCache);
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(path.join(cache, 'fuzz-'));
try {
  const startMs = performance.now();
  const fault = await run(await bundle());
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  if (fault === undefined)
    console.log(`${until - from} mutated files of seed ${seed} in ${seconds} s: no failures`);
  else {
    console.log(fault);
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
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
