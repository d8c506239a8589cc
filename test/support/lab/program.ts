import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A program; `leadingArgs` come before the arguments of each run. */
export interface Program {
  readonly command: string;
  readonly leadingArgs: readonly string[];
}

export interface RunOptions {
  /** Added to the minimal environment of `bareEnvironment`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Written to standard input, which is then closed. When absent, standard input is empty. */
  readonly stdin?: string | Uint8Array;
  readonly cwd?: string;
  /** The program is killed after this time, and `run` rejects; a minute when absent, for a busy machine. */
  readonly timeoutMs?: number;
}

export interface RunResult {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** Null when a signal ended the program. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program that has been started. */
export interface Running {
  readonly pid: number;
  /** Resolves when the program has ended; rejects when it cannot be started or exceeds its timeout. */
  readonly result: Promise<RunResult>;
  /** Resolves when the output so far of stdout or stderr contains the text; rejects when the program ends first. */
  waitFor(text: string): Promise<void>;
  send(input: string | Uint8Array): void;
  endInput(): void;
  kill(signal: NodeJS.Signals): void;
}

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The folder of the npm package: the unpacked one that PACKAGE_UNDER_TEST names, else the checkout. */
const packageFolder = process.env.PACKAGE_UNDER_TEST || root;

/** Our etcdctl: the executable that ETCDCTL_UNDER_TEST names, else `bin/etcdctl.js` on this Node.js. */
export function ourEtcdctl(): Program {
  return ours('etcdctl', process.env.ETCDCTL_UNDER_TEST);
}

/** Our etcdutl: the executable that ETCDUTL_UNDER_TEST names, else `bin/etcdutl.js` on this Node.js. */
export function ourEtcdutl(): Program {
  return ours('etcdutl', process.env.ETCDUTL_UNDER_TEST);
}

/** Our etcdctl as a shell starts it: the file of the npm package is executed itself, by its `#!` line. */
export function installedEtcdctl(): Program {
  const executable = process.env.ETCDCTL_UNDER_TEST;
  return programAt(executable || join(packageFolder, 'bin', 'etcdctl.js'));
}

/** The program at a path, or with this name on PATH. */
export function programAt(command: string): Program {
  return { command, leadingArgs: [] };
}

/** Runs a program until it exits; any exit code is a result. */
export async function run(
  program: Program,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const running = start(program, args, options);
  if (options.stdin !== undefined) running.send(options.stdin);
  running.endInput();
  return running.result;
}

/** Starts a program; the caller sends its input and ends it. `options.stdin` is ignored. */
export function start(program: Program, args: readonly string[], options: RunOptions = {}): Running {
  const child = spawn(program.command, [...program.leadingArgs, ...args], {
    env: bareEnvironment(options.env),
    cwd: options.cwd,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // EPIPE: a program can exit without reading all its input.
  child.stdin.on('error', () => {});
  const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  child.stdout.on('data', (chunk: Buffer) => output.stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => output.stderr.push(chunk));
  const result = ended(child, output, options.timeoutMs ?? 60_000);
  result.catch(() => {});
  return {
    pid: child.pid ?? -1,
    result,
    waitFor: (text) => outputContains({ child, output, result }, text),
    send: (input) => void child.stdin.write(input),
    endInput: () => void child.stdin.end(),
    kill: (signal) => void child.kill(signal),
  };
}

interface Output {
  readonly stdout: Buffer[];
  readonly stderr: Buffer[];
}

function ended(child: ChildProcess, output: Output, timeoutMs: number): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      const seen = Buffer.concat([...output.stdout, ...output.stderr]).toString();
      reject(new Error(`${child.spawnargs.join(' ')}\ndid not end within ${timeoutMs} ms; output:\n${seen}`));
    }, timeoutMs);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const stdout = Buffer.concat(output.stdout);
      const stderr = Buffer.concat(output.stderr);
      resolve({ stdout, stderr, code, signal });
    });
  });
}

function outputContains(
  { child, output, result }: { child: ChildProcess; output: Output; result: Promise<RunResult> },
  text: string,
): Promise<void> {
  const contains = () =>
    [output.stdout, output.stderr].some((chunks) => Buffer.concat(chunks).includes(text));
  return new Promise((resolve, reject) => {
    const stop = () => {
      child.stdout?.off('data', check);
      child.stderr?.off('data', check);
    };
    const check = () => {
      if (!contains()) return;
      stop();
      resolve();
    };
    const fail = (end: RunResult | Error) => {
      stop();
      const seen = Buffer.concat([...output.stdout, ...output.stderr]).toString();
      const how =
        end instanceof Error ? end.message : `${child.spawnargs.join(' ')}\nended; output:\n${seen}`;
      reject(new Error(`the program did not print ${JSON.stringify(text)}: ${how}`));
    };
    child.stdout?.on('data', check);
    child.stderr?.on('data', check);
    check();
    result.then(fail, fail);
  });
}

function ours(name: 'etcdctl' | 'etcdutl', executable: string | undefined): Program {
  if (executable !== undefined && executable !== '') return programAt(executable);
  return { command: process.execPath, leadingArgs: [join(packageFolder, 'bin', `${name}.js`)] };
}

/** A minimal environment, so that settings of the machine do not affect programs: PATH, HOME, TMPDIR and the given variables. */
export function bareEnvironment(env: Readonly<Record<string, string>> = {}): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of ['PATH', 'HOME', 'TMPDIR']) {
    const value = process.env[name];
    if (value !== undefined) kept[name] = value;
  }
  return { ...kept, ...env };
}
