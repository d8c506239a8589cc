import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { vi } from 'vitest';
import { type Program, programAt, type Running, type RunOptions, start } from './program.js';

/** The target of a stream that is not the terminal: the path of a file, as with a shell's `>`, or closed, as with `>&-`. */
type Redirection = string | 'closed';

/** How a program is run on a pseudo-terminal. */
export interface TerminalOptions extends Omit<RunOptions, 'stdin'> {
  readonly redirect?: {
    readonly stdin?: 'closed';
    readonly stdout?: Redirection;
    readonly stderr?: Redirection;
  };
  /** `unset`: the terminal has no size, as with serial lines and many test harnesses. 100 when absent. */
  readonly columns?: number | 'unset';
  readonly rows?: number;
  /**
   * The session leader, which receives SIGHUP on a hang-up: the program, as when ssh starts it, or a shell, which forwards the signal to
   * the program and records its status for `exitStatus`.
   */
  readonly leader?: 'program' | 'shell';
}

/** A program on its own terminal. `stdout` is the terminal's output, including echoed input, with CR LF line ends. */
export interface OnTerminal extends Running {
  /** Sends the signal to the program itself, if it is still running. */
  signal(name: NodeJS.Signals): Promise<void>;
  resize(columns: number, rows: number): Promise<void>;
  /** Closes the terminal from the other side, as when its window or connection is closed. */
  hangUp(): void;
  /** Resolves when the program has ended; `result` does not say that after a hang-up. */
  gone(): Promise<void>;
  /** The program's exit status (128 + number for a signal), when the leader is a shell. */
  exitStatus(): number | undefined;
  /** The program's peak resident memory so far; undefined when it has ended. */
  peakMemoryBytes(): Promise<number | undefined>;
}

/**
 * Why pseudo-terminals cannot be made on this machine; undefined when they can. They are made by `script` of util-linux,
 * which is part of every Debian, because Node.js cannot make one.
 */
export const terminalsMissing: string | undefined = whyMissing();

/** Starts a program on its own terminal. The result has its exit code, or 128 + number for a signal. */
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
  let description: readonly string[] | undefined;
  // Kept, because the file is removed when the program ends.
  const described = async () => {
    description ??= await vi.waitUntil(
      () => /^\d+ \S+$/.exec(read(files.process))?.[0].split(' '),
      WAIT_OPTIONS,
    );
    return description;
  };
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
      await vi.waitUntil(() => !isAlive(id), WAIT_OPTIONS);
      if (leader === 'shell') await vi.waitUntil(() => read(files.status) !== '', WAIT_OPTIONS);
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

const WAIT_OPTIONS = { timeout: 40_000, interval: 20 };

/** The first `wait` returns when the program ends, or when the shell receives a signal. */
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
  const record = (id: string) => `echo "${id} $(tty)" >${quote(files.process)}`;
  if (leader === 'program') return `${stty}${record('$$')}; exec ${command} ${streams}`;
  // A shell redirects the stdin of background jobs from /dev/null; descriptor 3 restores it.
  const started = `${command} <&3 3<&- ${streams} & ${record('$!')}`;
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
  // A zombie has ended, but its parent has not waited for it yet.
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
    return version.includes('util-linux') ? undefined : '`script` on this machine is not that of util-linux';
  } catch {
    return 'there is no `script` (util-linux) on this machine';
  }
}
