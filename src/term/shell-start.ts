import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { bytesFromText, hasEscapedBytes } from '../go/bytes.js';

/**
 * Starts programs whose arguments or variables are not UTF-8, or that are to ignore signals: runtimes hand over text only, and let no
 * program ignore any. /bin/sh reads a command that has the bytes as they are and becomes `env`, which becomes the program, with exactly
 * these variables: process and id stay the same.
 */

export interface ProgramStart {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly ignoredSignals: readonly NodeJS.Signals[];
}

export function needsShell({ command, args, env, ignoredSignals }: ProgramStart): boolean {
  return ignoredSignals.length > 0 || [command, ...args, ...variablesOf(env)].some(hasEscapedBytes);
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
