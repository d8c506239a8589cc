// `npm run fuzz -- [--files N] [--seed N] [--only INDEX]`: makes mutated databases, logs and snapshots, as many as
// asked for, and has them read by everything that reads such files. Fails at the first that ends neither in success
// nor in a clear error, or does not end. The same seed makes the same files; --only repeats one of them.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { referenceCache, root } from './lib/paths.mjs';

/** No file is larger than some 400 kB. */
const LONGEST_MS = 60_000;
/** Far more than any reader needs; one that takes all there is ends here instead of with the machine. */
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
    console.log(`${until - from} mutated files of seed ${seed} in ${seconds} s: all fine`);
  else {
    console.log(fault);
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @returns {Promise<string>} the path of the worker's program */
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
    // The samples are looked for beside the source files.
    define: { 'import.meta.dirname': JSON.stringify(path.join(root, 'test', 'storage', 'support')) },
    logLevel: 'warning',
  });
  return outfile;
}

/**
 * @param {string} program
 * @returns {Promise<string | undefined>} what went wrong, with the file that it went wrong with
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
    }, LONGEST_MS);
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
