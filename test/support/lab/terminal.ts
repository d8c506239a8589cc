import { execFileSync } from 'node:child_process';
import { type Program, programAt, type Running, type RunOptions, start } from './program.js';

/** What a program running on a pseudo-terminal has of it. */
export interface TerminalOptions extends Omit<RunOptions, 'stdin'> {
  /** Streams that go to files instead of the terminal, by path: what a shell's `>` and `2>` do. */
  readonly redirect?: { readonly stdout?: string; readonly stderr?: string };
  readonly columns?: number;
  readonly rows?: number;
}

/**
 * Why there are no pseudo-terminals on this machine; undefined when there are. They come from util-linux's
 * `script`, which every Debian has: Node itself cannot make one.
 */
export const terminalsMissing: string | undefined = whyMissing();

/**
 * Starts a program on a terminal of its own. What it writes there, echoed input included, is the result's
 * `stdout`, with the terminal's CR LF line ends; its exit code is passed on, and a signal as 128 + number.
 */
export function startOnTerminal(
  program: Program,
  args: readonly string[],
  options: TerminalOptions = {},
): Running {
  const { redirect = {}, columns = 100, rows = 30, env, ...rest } = options;
  const command = [program.command, ...program.leadingArgs, ...args].map(quote).join(' ');
  const toFiles = [
    redirect.stdout === undefined ? '' : `>${quote(redirect.stdout)}`,
    redirect.stderr === undefined ? '' : `2>${quote(redirect.stderr)}`,
  ].join(' ');
  const shellLine = `stty cols ${columns} rows ${rows}; exec ${command} ${toFiles}`;
  return start(programAt('script'), ['-qefc', shellLine, '/dev/null'], {
    ...rest,
    env: { TERM: 'xterm-256color', SHELL: '/bin/sh', ...env },
  });
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

function whyMissing(): string | undefined {
  try {
    const version = execFileSync('script', ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return version.includes('util-linux') ? undefined : 'this `script` is not the one of util-linux';
  } catch {
    return 'there is no `script` (util-linux) on this machine';
  }
}
