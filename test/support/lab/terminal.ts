import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { vi } from 'vitest';
import { type Program, programAt, type Running, type RunOptions, start } from './program.js';

/** Where a stream goes that does not go to the terminal: a file by its path, as a shell's `>` does, or nowhere (`>&-`). */
type Redirection = string | 'closed';

/** What a program running on a pseudo-terminal has of it. */
export interface TerminalOptions extends Omit<RunOptions, 'stdin'> {
  readonly redirect?: {
    readonly stdin?: 'closed';
    readonly stdout?: Redirection;
    readonly stderr?: Redirection;
  };
  /** `unset`: nobody tells the terminal its size, as with serial lines and many test harnesses; 100 when absent. */
  readonly columns?: number | 'unset';
  readonly rows?: number;
  /**
   * The process that a hang-up is told of: the program, as when ssh starts it; or a shell that passes it on to the program and keeps its
   * exit status, as `exitStatus` tells it after a hang-up.
   */
  readonly leader?: 'program' | 'shell';
}

/** A program on a terminal of its own. What it writes there, echoed input included, is `stdout`, with the terminal's CR LF line ends. */
export interface OnTerminal extends Running {
  /** Sends the signal to the program itself, if it still runs. */
  signal(name: NodeJS.Signals): Promise<void>;
  resize(columns: number, rows: number): Promise<void>;
  /** Closes the terminal from the other side, as when a window or a connection goes. */
  hangUp(): void;
  /** Settles when the program is gone, which nobody can tell after a hang-up but the system. */
  gone(): Promise<void>;
  /** As a shell has it, under a shell as the leader. */
  exitStatus(): number | undefined;
  /** The most memory that the program has held so far; undefined when it has ended. */
  peakMemoryBytes(): Promise<number | undefined>;
}

/**
 * Why there are no pseudo-terminals on this machine; undefined when there are. They come from util-linux's
 * `script`, which every Debian has: Node itself cannot make one.
 */
export const terminalsMissing: string | undefined = whyMissing();

/** Starts a program on a terminal of its own. Its exit code is passed on, and a signal as 128 + number. */
export function startOnTerminal(
  program: Program,
  args: readonly string[],
  options: TerminalOptions = {},
): OnTerminal {
  const { redirect, columns, rows, leader, env, ...rest } = options;
  const folder = mkdtempSync(path.join(tmpdir(), 'terminal-'));
  const files = { process: path.join(folder, 'process'), status: path.join(folder, 'status') };
  const line = shellLine([program.command, ...program.leadingArgs, ...args], options, files);
  const running = start(programAt('script'), ['-qefc', line, '/dev/null'], {
    ...rest,
    env: { TERM: 'xterm-256color', SHELL: '/bin/sh', ...env },
  });
  const read = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8').trim() : '');
  const described = () => vi.waitUntil(() => /^\d+ \S+$/.exec(read(files.process))?.[0].split(' '), WAITING);
  const remove = () => rmSync(folder, { recursive: true, force: true });
  if (leader !== 'shell') running.result.then(remove, remove);
  return {
    ...running,
    async signal(name) {
      const [id] = await described();
      if (isAlive(id ?? '')) process.kill(Number(id), name);
    },
    async resize(columns, rows) {
      const [, device = ''] = await described();
      execFileSync('stty', ['-F', device, 'cols', `${columns}`, 'rows', `${rows}`]);
    },
    hangUp: () => running.kill('SIGKILL'),
    async gone() {
      const [id = ''] = await described();
      await vi.waitUntil(() => !isAlive(id), WAITING);
      if (leader === 'shell') await vi.waitUntil(() => read(files.status) !== '', WAITING);
    },
    exitStatus() {
      const status = read(files.status);
      return status === '' ? undefined : Number(status);
    },
    async peakMemoryBytes() {
      const [id] = await described();
      const status = read(`/proc/${id}/status`);
      const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
      return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
    },
  };
}

const WAITING = { timeout: 15_000, interval: 20 };

/** The first `wait` ends with the program, or with a signal. */
const AWAIT = 'wait $!; status=$?; kill -0 $! 2>/dev/null && { wait $!; status=$?; }';

function shellLine(
  words: readonly string[],
  { redirect = {}, columns = 100, rows = 30, leader = 'program' }: TerminalOptions,
  files: { readonly process: string; readonly status: string },
): string {
  const command = words.map(quote).join(' ');
  const streams = [
    redirection('<', redirect.stdin),
    redirection('>', redirect.stdout),
    redirection('2>', redirect.stderr),
  ].join(' ');
  const stty = columns === 'unset' ? '' : `stty cols ${columns} rows ${rows}; `;
  const tell = (id: string) => `echo "${id} $(tty)" >${quote(files.process)}`;
  if (leader === 'program') return `${stty}${tell('$$')}; exec ${command} ${streams}`;
  // A shell starts jobs in the background without its stdin.
  const started = `${command} <&3 3<&- ${streams} & ${tell('$!')}`;
  return `${stty}exec 3<&0; trap 'kill -HUP $!' HUP; ${started}; ${AWAIT}; echo $status >${quote(files.status)}`;
}

function redirection(operator: string, target: Redirection | undefined): string {
  if (target === undefined) return '';
  return target === 'closed' ? `${operator}&-` : `${operator}${quote(target)}`;
}

function isAlive(id: string): boolean {
  try {
    process.kill(Number(id), 0);
  } catch {
    return false;
  }
  // One that has ended and that nobody has asked about yet is a zombie.
  return !existsSync('/proc/self/stat') || !/\) Z /.test(statOf(id));
}

function statOf(id: string): string {
  try {
    return readFileSync(`/proc/${id}/stat`, 'latin1');
  } catch {
    return ') Z ';
  }
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
