// One etcd process: starts it, waits until it serves, stops it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { plainEnvironment } from '../reference/programs.mjs';
import { forget, watch } from './watchdog.mjs';

/** The timeout for a server to start; generous, because the machine may be busy. */
const readyTimeoutMs = 60_000;
/** The timeout for a server to exit after SIGTERM. */
const stopTimeoutMs = 10_000;
const pollEveryMs = 20;

/** Another process has taken one of the ports. */
export class PortTakenError extends Error {
  /** @override */
  name = 'PortTakenError';
}

export class MemberProcess {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child;
  isPaused = false;

  /**
   * @param {string} program
   * @param {string[]} args
   * @param {{ logFile: string, metricsUrl: string, env?: Record<string, string> }} settings
   */
  constructor(program, args, settings) {
    this.program = program;
    this.args = args;
    this.settings = settings;
  }

  /** @returns {number | undefined} undefined while the process is not running */
  get pid() {
    return this.#isRunning() ? this.#child?.pid : undefined;
  }

  /** Starts the process; `ready` waits until it serves. */
  start() {
    const log = openSync(this.settings.logFile, 'a');
    const env = { ...plainEnvironment(), ...this.settings.env };
    const child = spawn(this.program, this.args, { env, stdio: ['ignore', log, log] });
    closeSync(log);
    this.#child = child;
    this.isPaused = false;
    child.on('error', () => {});
    const { pid } = child;
    if (pid === undefined) throw new Error(`${this.program} cannot be started`);
    watch(pid);
    child.once('exit', () => forget(pid));
    child.unref();
  }

  /**
   * @throws {PortTakenError} when the process exited because a port is in use
   * @throws {Error} when it exited for another reason, or does not serve in time; with lines of its log
   */
  async ready() {
    await this.#until(isHealthy);
  }

  /**
   * Waits until the member knows the version of its cluster: a leader that does not reach all members at first sets 3.0, and the right one
   * five seconds later.
   *
   * @throws {Error} as `ready`
   */
  async knowsClusterVersion() {
    await this.#until(hasClusterVersion);
  }

  /** @param {(metricsUrl: string) => Promise<boolean>} isReady */
  async #until(isReady) {
    const deadline = Date.now() + readyTimeoutMs;
    while (!(await isReady(this.settings.metricsUrl))) {
      if (!this.#isRunning()) throw this.#failure('ended before it served');
      if (Date.now() > deadline) throw this.#failure(`did not serve within ${readyTimeoutMs / 1000} s`);
      await delay(pollEveryMs);
    }
  }

  /** @param {'SIGTERM' | 'SIGKILL'} signal after SIGTERM, SIGKILL follows when the process does not exit in time */
  async end(signal) {
    const child = this.#child;
    if (child === undefined || !this.#isRunning()) return;
    const ended = once(child, 'exit');
    child.ref();
    if (this.isPaused) this.resume();
    child.kill(signal);
    const killTimer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
    await ended;
    clearTimeout(killTimer);
  }

  /** Sends SIGSTOP: connections stay open, requests get no answer. */
  pause() {
    this.#child?.kill('SIGSTOP');
    this.isPaused = true;
  }

  resume() {
    this.#child?.kill('SIGCONT');
    this.isPaused = false;
  }

  /** @returns {string} the log of all starts of this member */
  log() {
    return readFileSync(this.settings.logFile, 'utf8');
  }

  #isRunning() {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** @param {string} what */
  #failure(what) {
    const log = this.log();
    const lines = log.trimEnd().split('\n');
    // The first lines name an invalid flag; a page of usage follows.
    const shown = lines.length > 14 ? [...lines.slice(0, 4), '...', ...lines.slice(-8)] : lines;
    const message = `${this.program} ${what}\n${shown.join('\n')}`;
    return /address already in use/.test(shown.join('\n')) ? new PortTakenError(message) : new Error(message);
  }
}

/**
 * @param {string} metricsUrl
 * @returns {Promise<boolean>} whether the member has a leader and passes its /health check; a NOSPACE alarm is ignored
 */
function isHealthy(metricsUrl) {
  return new Promise((resolve) => {
    const request = get(
      `${metricsUrl}/health?exclude=NOSPACE`,
      { agent: false, timeout: 2000 },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}

/**
 * @param {string} metricsUrl
 * @returns {Promise<boolean>} whether the member knows a version of the cluster other than 3.0
 */
async function hasClusterVersion(metricsUrl) {
  try {
    const response = await fetch(`${metricsUrl}/metrics`, { signal: AbortSignal.timeout(2000) });
    return /^etcd_cluster_version\{cluster_version="(?!3\.0")[\d.]+"\} 1$/m.test(await response.text());
  } catch {
    return false;
  }
}
