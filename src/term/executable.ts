/** Checks before a program is started, for the errors that Go's `os/exec` and `execve` report. */
import {
  accessSync,
  closeSync,
  constants,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
} from 'node:fs';
import { posix } from 'node:path';
import { bytesFromText, textFromBytes } from '../go/bytes.js';
import { quoteGo } from '../go/quote.js';
import { CommandError } from '../model/errors.js';

/** The number of bytes by which Linux recognizes the format of a program (linux/binfmts.h `BINPRM_BUF_SIZE`). */
const HEAD_BYTES = 256;

/** The most levels of interpreters that Linux follows. */
const MAX_INTERPRETERS = 5;

interface ExecutedFile {
  readonly path: string;
  /** Undefined when the file cannot be read or is not executable. */
  readonly head: Buffer | undefined;
}

/** The files that `execve` opens: the file and, for a script, its interpreter, which can be a script again. */
function executedFiles(file: string): ExecutedFile[] {
  const files: ExecutedFile[] = [];
  for (let path: string | undefined = file; path !== undefined && files.length <= MAX_INTERPRETERS; ) {
    const head: Buffer | undefined = isExecutable(path) ? headOf(path) : undefined;
    files.push({ path, head });
    path = head && interpreterOf(head);
  }
  return files;
}

/**
 * Whether `execve` fails for the file with ENOEXEC. It is checked before, because `execvp` of the C library, which Node.js uses, runs such
 * a file with /bin/sh. False when the format cannot be determined; `execve` then reports the error.
 * @param formats the directory in which Linux lists the registered formats
 */
export function hasUnknownFormat(file: string, formats = '/proc/sys/fs/binfmt_misc'): boolean {
  const own = headOf('/proc/self/exe');
  const { path = file, head } = executedFiles(file).at(-1) ?? {};
  if (own === undefined || head === undefined) return false;
  const isKnown = isScript(head) ? interpreterOf(head) !== undefined : isProgram(head, own);
  return !isKnown && !matchesRegisteredFormat({ path, head }, formats);
}

/**
 * Throws the error of `execve` when the file or an interpreter is missing or not executable.
 * @throws NodeJS.ErrnoException
 */
export function checkExecutable(file: string): void {
  const files = executedFiles(file);
  for (const { path } of files) {
    const bytes = Buffer.from(bytesFromText(path));
    if (!statSync(bytes).isFile()) throw systemError('EACCES');
    accessSync(bytes, constants.X_OK);
  }
  const head = files.at(-1)?.head;
  if (head !== undefined && interpreterOf(head) !== undefined) throw systemError('ELOOP');
}

/** An error with an `errno` name, as `node:fs` throws. */
export function systemError(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}

function headOf(file: string): Buffer | undefined {
  let descriptor: number | undefined;
  try {
    const path = Buffer.from(bytesFromText(file));
    // Opening a device or a pipe can have side effects.
    if (!statSync(path).isFile()) return undefined;
    descriptor = openSync(path, 'r');
    const head = Buffer.alloc(HEAD_BYTES);
    return head.subarray(0, readSync(descriptor, head));
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function isScript(head: Buffer): boolean {
  return head.toString('latin1', 0, 2) === '#!';
}

/** The interpreter in the first line of a script (linux/fs/binfmt_script.c); undefined when the file is not a script. */
function interpreterOf(head: Buffer): string | undefined {
  if (!isScript(head)) return undefined;
  const lineEnd = head.indexOf('\n');
  const line = textFromBytes(head.subarray('#!'.length, lineEnd < 0 ? head.length : lineEnd));
  const [, name, rest = ''] = /^[ \t]*([^ \t\0]+)(.*)/s.exec(line) ?? [];
  const isCut = lineEnd < 0 && rest === '' && head.length === HEAD_BYTES;
  return isCut ? undefined : name;
}

const ELF_HEADER_BYTES = 52;
const EXECUTABLE_ELF_TYPES: readonly number[] = [2, 3];

/** `e_machine` of a program to the machine that runs it too: i386 on x86-64, 32-bit on 64-bit ARM. */
const COMPATIBLE_MACHINES: Readonly<Record<number, number>> = { 3: 62, 40: 183 };

/** Whether it is an ELF program for the same machine as `own`, the program of this process. */
function isProgram(head: Buffer, own: Buffer): boolean {
  if (head.length < ELF_HEADER_BYTES || !head.subarray(0, 4).equals(own.subarray(0, 4))) return false;
  const isLittleEndian = head[5] === 1;
  if (head[5] !== own[5]) return false;
  const read = (bytes: Buffer, offset: number) =>
    isLittleEndian ? bytes.readUInt16LE(offset) : bytes.readUInt16BE(offset);
  const machine = read(head, 18);
  const ownMachine = read(own, 18);
  return (
    EXECUTABLE_ELF_TYPES.includes(read(head, 16)) &&
    (machine === ownMachine || COMPATIBLE_MACHINES[machine] === ownMachine)
  );
}

/** Whether a registered format matches the file (Documentation/admin-guide/binfmt-misc.rst). */
function matchesRegisteredFormat(
  { path, head }: { readonly path: string; readonly head: Buffer },
  formats: string,
): boolean {
  return readableFiles(formats).some((format) => {
    const field = (name: string) => new RegExp(`^${name} (.*)$`, 'm').exec(format)?.[1];
    if (!format.startsWith('enabled\n')) return false;
    const extension = field('extension');
    if (extension !== undefined) return path.endsWith(extension);
    const [magic, mask] = [field('magic'), field('mask')].map((hex = '') => Buffer.from(hex, 'hex'));
    const start = Number(field('offset') ?? 0);
    const fits = (byte: number, index: number) => {
      const bits = mask?.[index] ?? 0xff;
      return ((head[start + index] ?? 0) & bits) === (byte & bits);
    };
    return magic !== undefined && magic.length > 0 && magic.every(fits);
  });
}

/** The contents of all readable files in the directory. */
function readableFiles(directory: string): string[] {
  try {
    return readdirSync(directory).flatMap((name) => {
      try {
        return [readFileSync(posix.join(directory, name), 'latin1')];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}

/**
 * Finds the file of a command (os/exec `LookPath`).
 * @param path the variable PATH
 * @throws CommandError
 */
export function lookPath(command: string, path: string | undefined): string {
  if (command === '') throw new CommandError('exec: no command');
  if (command === '/') throw lookupFailure(command, 'is a directory');
  if (command.includes('/')) return command;
  for (const directory of isSearched(command) && path ? path.split(':') : []) {
    const file = posix.join(directory, command);
    if (!isExecutable(file)) continue;
    if (posix.isAbsolute(file)) return file;
    throw lookupFailure(command, 'cannot run executable found relative to current directory');
  }
  throw lookupFailure(command, 'executable file not found in $PATH');
}

function isSearched(command: string): boolean {
  return command !== '.' && command !== '..';
}

function lookupFailure(command: string, why: string): CommandError {
  return new CommandError(`exec: ${quoteGo(bytesFromText(command))}: ${why}`);
}

/** Whether it is not a directory and this process may execute it. */
function isExecutable(file: string): boolean {
  try {
    const path = Buffer.from(bytesFromText(file));
    if (statSync(path).isDirectory()) return false;
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
