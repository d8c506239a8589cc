import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { pathErrorText } from '../go/system-error.js';
import { CommandError } from '../model/errors.js';
import { checkMayStart, isOfUnknownFormat, systemError } from './executable.js';
import { lookPath } from './look-path.js';
import { needsShell, type ProgramStart, startByShell } from './shell-start.js';
import { SignalReceivedError } from './signals.js';

/** How long a child that was asked to end may take before it is killed. */
const GRACE_MS = 5_000;

export interface Child {
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
export interface ChildEnd {
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
}: Child): Promise<ChildEnd> {
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

function endOf(child: ChildProcess, file: string, signal: AbortSignal | undefined): Promise<ChildEnd> {
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
