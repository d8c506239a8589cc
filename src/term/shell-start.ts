import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { bytesFromText, hasEscapedBytes } from '../model/bytes.js';

/**
 * Starts programs whose arguments or variables are not UTF-8: runtimes hand over text only. /bin/sh reads a command that has the
 * bytes as they are and becomes `env`, which becomes the program, with exactly these variables: process and id stay the same.
 */

export interface ProgramStart {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export function needsShell({ command, args, env }: ProgramStart): boolean {
  return [command, ...args, ...variablesOf(env)].some(hasEscapedBytes);
}

/** @throws NodeJS.ErrnoException as `spawn` does, also by events */
export function startByShell(start: ProgramStart): ChildProcess {
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
  child.stdin.end(Buffer.concat([Buffer.from('exec '), ...words.map(quoted), Buffer.from('</dev/null\n')]));
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
