import { spawn } from 'node:child_process';
import { CommandError } from '../model/errors.js';
import { systemErrorText } from '../model/go/system-error.js';
import { SignalReceivedError } from './signals.js';

/** How long a child that was asked to end may take before it is killed. */
const GRACE_MS = 5_000;

export interface Child {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the child. */
  readonly env: Readonly<Record<string, string | undefined>>;
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
 * whose streams are set so. Settles after it has ended, also when the signal aborts.
 * @throws CommandError when it cannot be started, in Go's words
 */
export function runChild({ command, args, env, signal }: Child): Promise<ChildEnd> {
  return new Promise((resolve, reject) => {
    if (command === '') throw new CommandError('exec: no command');
    // Runtimes then search folders of their own choice.
    if (!command.includes('/') && !env.PATH) throw new CommandError(notFound(command));
    const child = spawn(command, [...args], { env, stdio: ['ignore', 'inherit', 'inherit'] });
    let killTimer: NodeJS.Timeout | undefined;
    const stop = () => {
      child.kill(signal?.reason instanceof SignalReceivedError ? signal.reason.signal : 'SIGTERM');
      killTimer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
    };
    const release = () => {
      clearTimeout(killTimer);
      signal?.removeEventListener('abort', stop);
    };
    child.on('error', (cause: NodeJS.ErrnoException) => {
      release();
      reject(new CommandError(startFailure(command, cause), { cause }));
    });
    child.on('exit', (exitCode, endSignal) => {
      release();
      resolve({ exitCode, signal: endSignal });
    });
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}

function startFailure(command: string, error: NodeJS.ErrnoException): string {
  const wasSearched = !command.includes('/');
  if (wasSearched && (error.code === 'ENOENT' || error.code === 'EACCES')) return notFound(command);
  return `fork/exec ${command}: ${systemErrorText(error)}`;
}

function notFound(command: string): string {
  return `exec: "${command}": executable file not found in $PATH`;
}
