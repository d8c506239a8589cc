import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { bytesFromText, hasEscapedBytes } from '../go/bytes.js';
import { pathErrorText } from '../go/system-error.js';
import { CommandError } from '../model/errors.js';
import { checkExecutable, hasUnknownFormat, lookPath, systemError } from './executable.js';
import { SignalReceivedError } from './signals.js';

/** The time between the signal and SIGKILL. */
const KILL_DELAY_MS = 5_000;

interface Child {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the child. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly ignoredSignals?: readonly NodeJS.Signals[];
  /**
   * Terminates the child when it aborts: with the signal that this process received if that is the reason, else with SIGTERM; with SIGKILL
   * when the child is still running 5 s later.
   */
  readonly signal?: AbortSignal;
}

/** How a child exited: by `exit` or by a signal. The other one is null. */
interface ChildStatus {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * Runs a program with this process's stdout and stderr, and /dev/null as stdin, like an `exec.Cmd` of Go with `Stdout` and `Stderr` set.
 * Settles when the child has exited, also after the signal aborts. Command, arguments and variables can hold bytes that are not UTF-8, in
 * the escaped form of `go/bytes.ts`.
 * @throws CommandError in Go's words when the program cannot be started
 */
export async function runChild({
  command,
  args,
  env,
  ignoredSignals = [],
  signal,
}: Child): Promise<ChildStatus> {
  const file = lookPath(command, env.PATH);
  const stdin = openDevNull();
  try {
    const variables = Object.entries(env).filter(([, value]) => value !== undefined);
    const child = startProgram(
      file,
      { command, args, env: Object.fromEntries(variables) as SpawnRequest['env'], ignoredSignals },
      stdin,
    );
    return await waitForExit(child, file, signal);
  } finally {
    closeSync(stdin);
  }
}

function openDevNull(): number {
  try {
    return openSync('/dev/null', 'r');
  } catch (cause) {
    throw new CommandError(pathErrorText('open', '/dev/null', cause), { cause });
  }
}

function startProgram(file: string, request: SpawnRequest, stdin: number): ChildProcess {
  const { command, args, env } = request;
  if (Object.entries(env).flat().some(hasNul))
    throw new CommandError('exec: environment variable contains NUL');
  try {
    if ([command, ...args].some(hasNul)) throw systemError('EINVAL');
    if (hasUnknownFormat(file)) throw systemError('ENOEXEC');
    if (needsShell(request)) {
      checkExecutable(file);
      return startThroughShell(request);
    }
    return spawn(file, [...args], { argv0: command, env, stdio: [stdin, 'inherit', 'inherit'] });
  } catch (cause) {
    throw startFailure(file, cause);
  }
}

function hasNul(text: string): boolean {
  return text.includes('\0');
}

function waitForExit(
  child: ChildProcess,
  file: string,
  signal: AbortSignal | undefined,
): Promise<ChildStatus> {
  return new Promise((resolve, reject) => {
    let killTimer: NodeJS.Timeout | undefined;
    const terminate = () => {
      child.kill(signal?.reason instanceof SignalReceivedError ? signal.reason.signal : 'SIGTERM');
      killTimer = setTimeout(() => child.kill('SIGKILL'), KILL_DELAY_MS);
    };
    const cleanUp = () => {
      clearTimeout(killTimer);
      signal?.removeEventListener('abort', terminate);
    };
    child.on('error', (cause) => {
      cleanUp();
      reject(startFailure(file, cause));
    });
    child.on('exit', (exitCode, endSignal) => {
      cleanUp();
      resolve({ exitCode, signal: endSignal });
    });
    if (signal?.aborted) terminate();
    else signal?.addEventListener('abort', terminate, { once: true });
  });
}

function startFailure(file: string, cause: unknown): CommandError {
  return new CommandError(pathErrorText('fork/exec', file, cause), { cause });
}

/**
 * Programs whose arguments or variables are not UTF-8, or that must ignore signals, are started through /bin/sh: Node.js and Bun pass
 * arguments as UTF-8 only, and reset ignored signals in children. The shell reads a command with the raw bytes from its stdin and execs
 * `env`, which execs the program with exactly these variables. The process id stays the same.
 */

interface SpawnRequest {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly ignoredSignals: readonly NodeJS.Signals[];
}

function needsShell({ command, args, env, ignoredSignals }: SpawnRequest): boolean {
  return ignoredSignals.length > 0 || [command, ...args, ...variablesOf(env)].some(hasEscapedBytes);
}

/** @throws NodeJS.ErrnoException as `spawn` does: some errors are thrown, others are `error` events */
function startThroughShell(request: SpawnRequest): ChildProcess {
  const { command, args, env } = request;
  checkArgumentSize(request);
  // `env` treats a word with an equals sign as a variable, `nice` does not.
  const prefix = command.includes('=') ? ['/usr/bin/nice', '-n', '0'] : [];
  const words = ['/usr/bin/env', '-i', ...variablesOf(env), ...prefix, command, ...args];
  const child = spawn('/bin/sh', [], {
    // In a UTF-8 locale, some shells reject bytes that are not UTF-8.
    env: { LC_ALL: 'C' },
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  // Ignore EPIPE: the shell may exit before it has read the whole script.
  child.stdin.on('error', () => {});
  const ignored = request.ignoredSignals.map((signal) => signal.slice('SIG'.length));
  const trap = ignored.length === 0 ? '' : `trap '' ${ignored.join(' ')}\n`;
  const line = [Buffer.from(`${trap}exec `), ...words.map(quoted), Buffer.from('</dev/null\n')];
  child.stdin.end(Buffer.concat(line));
  return child;
}

function variablesOf(env: SpawnRequest['env']): string[] {
  return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}

/** A quoted word for the shell, followed by a space. */
function quoted(word: string): Buffer {
  return Buffer.from(bytesFromText(`'${word.replaceAll("'", "'\\''")}' `));
}

/** Linux always accepts arguments and variables up to this total (limits.h `ARG_MAX`). */
const MIN_ARGUMENT_LIMIT_BYTES = 128 * 1024;

/** The pointer and the terminating NUL of each string count too. */
const STRING_OVERHEAD_BYTES = 9;

/**
 * Throws E2BIG when the system does not accept so many bytes. The shell would report that only on stderr, so it is started before with
 * arguments of the same size.
 */
function checkArgumentSize({ command, args, env }: SpawnRequest): void {
  const sizes = [command, ...args, ...variablesOf(env)].map((word) => bytesFromText(word).length);
  if (sizes.reduce((sum, size) => sum + size + STRING_OVERHEAD_BYTES, 0) < MIN_ARGUMENT_LIMIT_BYTES) return;
  const fillers = sizes.map((size) => 'x'.repeat(size));
  const { error } = spawnSync('/bin/sh', ['-c', ':', ...fillers], { env: {}, stdio: 'ignore' });
  if (error !== undefined) throw error;
}
