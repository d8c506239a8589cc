// Runs a program once and measures its time and peak memory.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, openSync, readFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { readUsage } from './usage.mjs';

/** @typedef {{ command: string, leadingArgs: string[] }} Program `leadingArgs` come before the arguments of each run */

/**
 * @typedef {object} RunOptions
 * @property {string} output file that receives standard output; truncated first
 * @property {string} [input] file that is standard input; empty when absent
 * @property {(child: { pid: number }) => Promise<void>} [until] for a program that does not exit by itself: the run ends when
 *   this settles, and the program is killed
 * @property {number} [sampleEveryMs] the interval between samples of the memory; 0 (for short runs): without a pause
 * @property {boolean} [mayFail] whether an exit status other than 0 is accepted
 * @property {boolean} [comparesOutput] all contenders must write the same output
 */

/**
 * @typedef {object} Measured
 * @property {number} seconds from the start of the process to its end, or to the end of `until`
 * @property {number | undefined} peakBytes peak resident memory, from Linux's VmHWM; undefined on other systems
 * @property {number | undefined} cpuSeconds of user and system time
 * @property {number | null} code
 * @property {string} stderr
 * @property {string} [outputDigest]
 */

const SAMPLE_EVERY_MS = 10;

/**
 * Runs a program with PATH, HOME and TMPDIR as its only environment variables, so that settings of the machine do not affect it.
 *
 * @param {Program} program
 * @param {string[]} args
 * @param {RunOptions} options
 * @returns {Promise<Measured>}
 * @throws {Error} when the program cannot be started, or fails without `mayFail`
 */
export async function measure(program, args, options) {
  const errorsFile = `${options.output}.stderr`;
  const { child, began } = start(program, args, { ...options, errorsFile });
  const pid = child.pid ?? -1;
  const ended = exitOf(child);
  const usage = watchUsage(pid, options.sampleEveryMs ?? SAMPLE_EVERY_MS);
  /** @type {End | undefined} */
  let end;
  try {
    end = await Promise.race([ended, untilSettled(options, pid)]);
  } finally {
    usage.stop();
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  }
  const endedAt = end?.at ?? process.hrtime.bigint();
  await ended;
  const stderr = readFileSync(errorsFile, 'utf8');
  const hasFailed = end !== undefined && (end.code !== 0 || options.until !== undefined);
  if (hasFailed && !options.mayFail) {
    throw new Error(`${args.join(' ')}\nended with ${end?.code ?? end?.signal}: ${stderr.slice(-2000)}`);
  }
  return {
    seconds: Number(endedAt - began) / 1e9,
    ...usage.highest(),
    code: end?.code ?? null,
    stderr,
    ...(options.comparesOutput && { outputDigest: await digestOf(options.output) }),
  };
}

/**
 * @param {Program} program
 * @param {string[]} args
 * @param {RunOptions & { errorsFile: string }} files
 */
function start(program, args, { input = '/dev/null', output, errorsFile }) {
  const streams = [openSync(input, 'r'), openSync(output, 'w'), openSync(errorsFile, 'w')];
  const { PATH, HOME, TMPDIR } = process.env;
  const began = process.hrtime.bigint();
  const child = spawn(program.command, [...program.leadingArgs, ...args], {
    env: { PATH, HOME, TMPDIR },
    stdio: /** @type {[number, number, number]} */ (streams),
  });
  for (const stream of streams) closeSync(stream);
  return { child, began };
}

/** @typedef {{ code: number | null, signal: string | null, at: bigint }} End how and when a program ended by itself */

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<End>}
 */
function exitOf(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, signal, at: process.hrtime.bigint() }));
  });
}

/**
 * @param {RunOptions} options
 * @param {number} pid
 * @returns {Promise<undefined>}
 */
async function untilSettled({ until }, pid) {
  await (until === undefined ? new Promise(() => {}) : until({ pid }));
}

/**
 * @param {number} pid
 * @param {number} everyMs
 */
function watchUsage(pid, everyMs) {
  /** @type {{ peakBytes: number | undefined, cpuSeconds: number | undefined }} */
  let highest = { peakBytes: undefined, cpuSeconds: undefined };
  let isOver = false;
  const sample = () => {
    // A zombie has no memory.
    const seen = readUsage(pid);
    if (seen !== undefined) highest = seen;
  };
  const sampleAgain = () => {
    if (isOver) return;
    sample();
    setImmediate(sampleAgain);
  };
  const timer = everyMs > 0 ? setInterval(sample, everyMs) : undefined;
  if (everyMs === 0) sampleAgain();
  return {
    stop() {
      isOver = true;
      clearInterval(timer);
      sample();
    },
    highest: () => highest,
  };
}

/** @param {string} file */
async function digestOf(file) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 2 ** 20 }), hash);
  return hash.digest('hex');
}
