// Plays mutated responses of an etcd server to the client, for `npm run fuzz`. Each transport has a process of its own, because a
// defect can abort it or make it busy for ever.
import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { root } from './paths.mjs';

/** The transports of the npm package and of the executable, and the condition that selects each: see `#channel` in package.json. */
export const TRANSPORTS = { 'grpc-js': [], frames: ['executable'] };

/** The time without a new case after which something hangs. */
const MAX_SILENT_MS = 60_000;
/** Far more than any response needs. */
const HEAP_MIB = 256;
/** Cases at a time: each mostly waits. */
const LANES = 24;
const PROGRAM_LANES = 8;

/** Node.js aborts with it when it frees a session of `node:http2` that has received a part of a header block: seen with 20 and 26. */
const DEFECT_OF_NODE = 'Assertion failed: (current_nghttp2_memory_) == (0)';

const executable = path.join(root, 'dist', 'standalone', 'etcdctl');

/**
 * @typedef {object} Cases
 * @property {number} seed
 * @property {number} from
 * @property {number} until
 * @property {string} folder for temporary files
 */

/**
 * @typedef {object} Outcome
 * @property {string} line what was done
 * @property {string} [fault] the failure, with the index of its case
 */

/**
 * @param {keyof typeof TRANSPORTS} transport
 * @param {Cases} cases
 * @returns {Promise<Outcome>}
 */
export async function fuzzResponses(transport, { seed, from, until, folder }) {
  const program = await bundle('worker', TRANSPORTS[transport], path.join(folder, `${transport}.mjs`));
  const startMs = performance.now();
  let aborts = 0;
  let unfinished = 0;
  /** @type {string[]} */
  const summaries = [];
  for (let first = from; first < until; ) {
    const lanes = Math.min(LANES, until - first);
    const ended = await play(program, { seed, from: first, until, lanes });
    first = ended.next;
    if (ended.summary !== undefined) summaries.push(ended.summary);
    else if (ended.errors.includes(DEFECT_OF_NODE)) {
      aborts++;
      unfinished += ended.current.length;
    } else return { line: '', fault: faultOf(transport, seed, ended) };
  }
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  const ofNode = aborts === 0 ? '' : `; Node.js itself aborted ${aborts} times`;
  const line = `${until - from - unfinished} mutated responses of seed ${seed} over ${transport} in ${seconds} s: no failures${ofNode}`;
  return { line: `${summaries.join('\n')}\n${line}` };
}

/**
 * The same for the executable, whose sockets are Bun's.
 *
 * @param {Cases} cases
 * @returns {Promise<Outcome | undefined>} undefined when there is no executable
 */
export async function fuzzExecutable({ seed, from, until, folder }) {
  if (!existsSync(executable)) return undefined;
  const program = await bundle('program-worker', [], path.join(folder, 'program.mjs'));
  const lanes = Math.min(PROGRAM_LANES, until - from);
  const ended = await play(program, { seed, from, until, lanes, program: executable, folder });
  return ended.summary === undefined
    ? { line: '', fault: faultOf('executable', seed, ended) }
    : {
        line: `${ended.summary}\n${until - from} mutated responses of seed ${seed} to the executable: no failures`,
      };
}

/**
 * @param {string} name
 * @param {string[]} conditions
 * @param {string} outfile
 * @returns {Promise<string>} the path of the bundle
 */
async function bundle(name, conditions, outfile) {
  const folder = path.join('test', 'transport', 'grpc', 'fuzz');
  await build({
    absWorkingDir: root,
    entryPoints: [path.join(folder, `${name}.ts`)],
    outfile,
    bundle: true,
    conditions,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: 'inline',
    // grpc-js is CommonJS.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    // The bundled code looks for the recorded responses in the folder of its source.
    define: { 'import.meta.dirname': JSON.stringify(path.join(root, folder)) },
    logLevel: 'warning',
  });
  return outfile;
}

/**
 * @typedef {object} Ended
 * @property {string | undefined} summary absent when the process has failed
 * @property {string} errors what it wrote to stderr
 * @property {number[]} current the cases that were in progress
 * @property {number} next the first case that was not begun
 */

/**
 * @param {string} program
 * @param {{ seed: number, from: number, until: number, lanes: number, program?: string, folder?: string }} assignment
 * @returns {Promise<Ended>}
 */
function play(program, assignment) {
  const child = fork(program, [JSON.stringify(assignment)], {
    execArgv: ['--enable-source-maps', '--expose-gc', `--max-old-space-size=${HEAP_MIB}`],
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  /** @type {Map<number, number>} */
  const cases = new Map();
  /** @type {string | undefined} */
  let summary;
  let errors = '';
  let next = assignment.from;
  const hang = setTimeout(() => {
    errors += 'nothing happens any more';
    child.kill('SIGKILL');
  }, MAX_SILENT_MS);
  child.on('message', (message) => {
    hang.refresh();
    const { lane, index, summary: text } = /** @type {Record<string, any>} */ (message);
    if (text !== undefined) summary = text;
    else if (index === undefined) cases.delete(lane);
    else {
      cases.set(lane, index);
      next = Math.max(next, index + 1);
    }
  });
  child.stderr?.on('data', (chunk) => {
    errors += chunk;
  });
  return new Promise((resolve) => {
    child.once('close', (code) => {
      clearTimeout(hang);
      const current = [...cases.values()];
      const isWhole = code === 0;
      resolve({ errors, current, next, summary: isWhole ? summary : undefined });
    });
  });
}

/**
 * @param {string} target
 * @param {number} seed
 * @param {Ended} ended
 */
function faultOf(target, seed, { errors, current }) {
  const index = /case (\d+)/.exec(errors)?.[1];
  const which = index === undefined ? `one of the cases ${current.join(', ')}` : `case ${index}`;
  return `${errors}\n${target}, ${which}\nrepeat with: npm run fuzz -- --seed ${seed} --only ${target}:${index ?? current[0]}`;
}
