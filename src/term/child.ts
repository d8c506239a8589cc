import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { bytesFromText, hasEscapedBytes } from '../go/bytes.js';
import { pathErrorText } from '../go/system-error.js';
import { CommandError } from '../model/errors.js';
import { checkMayStart, isOfUnknownFormat, lookPath, systemError } from './executable.js';
import { SignalReceivedError } from './signals.js';

/** How long a child that was asked to end may take before it is killed. */
const GRACE_MS = 5_000;

interface Child {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the child. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly ignoredSignals?: readonly NodeJS.Signals[];
  /**
   * Ends the child: by the signal that this process received when that is the reason, else by SIGTERM; by SIGKILL when it
   * does not heed that.
   */
  readonly signal?: AbortSignal;
}

/** How a child ended: one of the two is there. */
interface ChildStatus {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * Runs a program to its end with this process's stdout and stderr, and nothing on stdin, as Go's `os/exec` does for a command
 * whose streams are set so. Settles after it has ended, also when the signal aborts. Command, arguments and variables may stand for
 * bytes that are not UTF-8 (`model/bytes.ts`).
 * @throws CommandError when it cannot be started, in Go's words
 */
export async function runChild({
  command,
  args,
  env,
  ignoredSignals = [],
  signal,
}: Child): Promise<ChildStatus> {
  const file = lookPath(command, env.PATH);
  const stdin = openNothing();
  try {
    const variables = Object.entries(env).filter(([, value]) => value !== undefined);
    const child = start(
      file,
      { command, args, env: Object.fromEntries(variables) as ProgramStart['env'], ignoredSignals },
      stdin,
    );
    return await endOf(child, file, signal);
  } finally {
    closeSync(stdin);
  }
}

function openNothing(): number {
  try {
    return openSync('/dev/null', 'r');
  } catch (cause) {
    throw new CommandError(pathErrorText('open', '/dev/null', cause), { cause });
  }
}

function start(file: string, program: ProgramStart, stdin: number): ChildProcess {
  const { command, args, env } = program;
  if (Object.entries(env).flat().some(hasNul))
    throw new CommandError('exec: environment variable contains NUL');
  try {
    if ([command, ...args].some(hasNul)) throw systemError('EINVAL');
    if (isOfUnknownFormat(file)) throw systemError('ENOEXEC');
    if (needsShell(program)) {
      checkMayStart(file);
      return startByShell(program);
    }
    return spawn(file, [...args], { argv0: command, env, stdio: [stdin, 'inherit', 'inherit'] });
  } catch (cause) {
    throw startFailure(file, cause);
  }
}

function hasNul(text: string): boolean {
  return text.includes('\0');
}

function endOf(child: ChildProcess, file: string, signal: AbortSignal | undefined): Promise<ChildStatus> {
  return new Promise((resolve, reject) => {
    let killTimer: NodeJS.Timeout | undefined;
    const stop = () => {
      child.kill(signal?.reason instanceof SignalReceivedError ? signal.reason.signal : 'SIGTERM');
      killTimer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
    };
    const release = () => {
      clearTimeout(killTimer);
      signal?.removeEventListener('abort', stop);
    };
    child.on('error', (cause) => {
      release();
      reject(startFailure(file, cause));
    });
    child.on('exit', (exitCode, endSignal) => {
      release();
      resolve({ exitCode, signal: endSignal });
    });
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}

function startFailure(file: string, cause: unknown): CommandError {
  return new CommandError(pathErrorText('fork/exec', file, cause), { cause });
}

/**
 * Starts programs whose arguments or variables are not UTF-8, or that are to ignore signals: runtimes hand over text only, and let no
 * program ignore any. /bin/sh reads a command that has the bytes as they are and becomes `env`, which becomes the program, with exactly
 * these variables: process and id stay the same.
 */

interface ProgramStart {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly ignoredSignals: readonly NodeJS.Signals[];
}

function needsShell({ command, args, env, ignoredSignals }: ProgramStart): boolean {
  return ignoredSignals.length > 0 || [command, ...args, ...variablesOf(env)].some(hasEscapedBytes);
}

/** @throws NodeJS.ErrnoException as `spawn` does, also by events */
function startByShell(start: ProgramStart): ChildProcess {
  const { command, args, env } = start;
  refuseTooMuch(start);
  // `env` takes a word with an equals sign for a variable.
  const launcher = command.includes('=') ? ['/usr/bin/nice', '-n', '0'] : [];
  const words = ['/usr/bin/env', '-i', ...variablesOf(env), ...launcher, command, ...args];
  const child = spawn('/bin/sh', [], {
    // In other locales, some shells take bytes for damaged characters.
    env: { LC_ALL: 'C' },
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  // A shell that ends early reads no more.
  child.stdin.on('error', () => {});
  const ignored = start.ignoredSignals.map((signal) => signal.slice('SIG'.length));
  const trap = ignored.length === 0 ? '' : `trap '' ${ignored.join(' ')}\n`;
  const line = [Buffer.from(`${trap}exec `), ...words.map(quoted), Buffer.from('</dev/null\n')];
  child.stdin.end(Buffer.concat(line));
  return child;
}

function variablesOf(env: ProgramStart['env']): string[] {
  return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}

/** A word for the shell, with a space behind it. */
function quoted(word: string): Buffer {
  return Buffer.from(bytesFromText(`'${word.replaceAll("'", "'\\''")}' `));
}

/** What Linux always takes (limits.h `ARG_MAX`). */
const ALWAYS_TAKEN_BYTES = 128 * 1024;

/** Each string counts with its pointer and its final NUL. */
const STRING_OVERHEAD_BYTES = 9;

/** The shell could only say on stderr that the system does not take so much: a start with as many bytes asks for it before. */
function refuseTooMuch({ command, args, env }: ProgramStart): void {
  const sizes = [command, ...args, ...variablesOf(env)].map((word) => bytesFromText(word).length);
  if (sizes.reduce((sum, size) => sum + size + STRING_OVERHEAD_BYTES, 0) < ALWAYS_TAKEN_BYTES) return;
  const fillers = sizes.map((size) => 'x'.repeat(size));
  const { error } = spawnSync('/bin/sh', ['-c', ':', ...fillers], { env: {}, stdio: 'ignore' });
  if (error !== undefined) throw error;
}
