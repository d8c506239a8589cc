import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { systemPath } from '../../go/file-path.js';
import { pathErrorText } from '../../go/system-error.js';
import { CommandError, UsageError } from '../../model/errors.js';
import { type ExportLine, parseLine } from './format.js';
import { linesOf, type NumberedLine } from './lines.js';

const CHUNK_BYTES = 128 * 1024;
/** The last line is shorter. */
const END_BYTES = 4096;

/** A line of an export that has content. */
export interface ReadLine {
  readonly number: number;
  readonly line: ExportLine;
}

/** The bytes of a file: each chunk overwrites the one before. Rejects with a `CommandError` in Go's words. */
export async function* fileChunks(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await openFile(path);
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await readFrom(file, path, { into: chunk, position: null });
      if (bytesRead === 0) return;
      yield chunk.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/**
 * Checks the last line and the checksum of a file, without looking at its other lines. Something else than a regular file is not opened:
 * it can be read only once. Returns whether it was checked.
 */
export async function checkExportFile(path: string, signal: AbortSignal): Promise<boolean> {
  if (await isOther(path)) return false;
  const file = await openFile(path);
  try {
    const stats = await file.stat();
    const tail = Buffer.alloc(Math.min(END_BYTES, stats.size));
    await readFrom(file, path, { into: tail, position: stats.size - tail.length });
    const lineAt = tail.lastIndexOf('\n', -2) + 1;
    const end = endOf(tail.subarray(lineAt));
    if (end === undefined) throw incomplete();
    const sha256 = createHash('sha256');
    let remaining = stats.size - tail.length + lineAt;
    for (const chunk = Buffer.allocUnsafe(CHUNK_BYTES); remaining > 0; ) {
      signal.throwIfAborted();
      const { bytesRead } = await readFrom(file, path, {
        into: chunk.subarray(0, Math.min(CHUNK_BYTES, remaining)),
        position: stats.size - tail.length + lineAt - remaining,
      });
      if (bytesRead === 0) throw incomplete();
      sha256.update(chunk.subarray(0, bytesRead));
      remaining -= bytesRead;
    }
    if (sha256.digest('hex') !== end.sha256) throw damaged();
    return true;
  } finally {
    await file.close();
  }
}

/** Whether there is something else than a regular file. Why a path cannot be used is said when it is opened. */
async function isOther(path: string): Promise<boolean> {
  try {
    return !(await stat(systemPath(path))).isFile();
  } catch {
    return false;
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(systemPath(path), 'r');
  } catch (cause) {
    throw new CommandError(pathErrorText('open', path, cause), { cause });
  }
}

async function readFrom(
  file: FileHandle,
  path: string,
  { into, position }: { readonly into: Uint8Array; readonly position: number | null },
) {
  try {
    return await file.read(into, 0, into.length, position);
  } catch (cause) {
    throw new CommandError(pathErrorText('read', path, cause), { cause });
  }
}

function endOf(bytes: Uint8Array) {
  try {
    const line = parseLine(bytes);
    return line.kind === 'end' ? line : undefined;
  } catch {
    return undefined;
  }
}

const UNCHECKED = 'to import it as it is, add --unchecked';

function incomplete(): UsageError {
  return new UsageError('the export is incomplete: its last line is missing', 'input', {
    reasons: [`the export has ended early, or its end was cut off; ${UNCHECKED}`],
  });
}

function damaged(): UsageError {
  return new UsageError('the export was changed: its checksum differs', 'input', {
    reasons: [`the file was damaged or edited; ${UNCHECKED}`],
  });
}

/**
 * The lines of an export, those of a chunk at a time. All of them must be iterated before the next are asked for: a line is parsed when it
 * is its turn, because a thousand parsed lines at once would survive the collections of young garbage. Throws a `UsageError` that names the
 * line for one that is malformed, and at the end when the export is not complete, if it is checked.
 */
export async function* readExport(
  chunks: AsyncIterable<Uint8Array>,
  { isChecked }: { readonly isChecked: boolean },
): AsyncGenerator<Iterable<ReadLine>, void, undefined> {
  const order = isChecked ? new OrderCheck() : undefined;
  for await (const lines of linesOf(chunks)) yield parsedLines(lines, order);
  order?.finish();
}

function* parsedLines(lines: readonly NumberedLine[], order: OrderCheck | undefined): Generator<ReadLine> {
  for (const { number, bytes } of lines) {
    const line = isBlank(bytes) ? undefined : parseNumbered(bytes, number);
    if (line !== undefined) {
      order?.next(line, number);
      yield { number, line };
    }
    order?.add(bytes);
  }
  order?.update();
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.length === 0 || (bytes.length === 1 && bytes[0] === 0x0d);
}

function parseNumbered(bytes: Uint8Array, number: number): ExportLine {
  try {
    return parseLine(bytes);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`line ${number}: ${error.message}`, 'input', { cause: error });
  }
}

/** Checks that the lines are those of one whole export. */
class OrderCheck {
  readonly #sha256: Hash = createHash('sha256');
  /** Lines that lie one behind the other in memory, with their line feeds: one update costs less than one for each line. */
  #run: Uint8Array | undefined;
  #keys = 0;
  #lines = 0;
  #hasEnded = false;

  /** Before the bytes of the line are added. */
  next(line: ExportLine, number: number): void {
    if (this.#hasEnded) throw misplaced(number, 'it follows the last line of the export');
    if ((line.kind === 'header') !== (this.#lines === 0)) {
      throw misplaced(number, 'the first line of an export, and only that one, says what was exported');
    }
    this.#lines++;
    if (line.kind === 'key') this.#keys++;
    if (line.kind !== 'end') return;
    this.#hasEnded = true;
    this.update();
    if (line.sha256 !== this.#sha256.digest('hex') || line.keys !== this.#keys) throw damaged();
  }

  /** Adds the bytes of a line, without its line feed. */
  add(bytes: Uint8Array): void {
    if (this.#hasEnded) return;
    const run = this.#run;
    if (run?.buffer === bytes.buffer && run.byteOffset + run.length + 1 === bytes.byteOffset) {
      this.#run = new Uint8Array(run.buffer, run.byteOffset, run.length + 1 + bytes.length);
      return;
    }
    this.update();
    this.#run = bytes;
  }

  /** Hashes what was added. */
  update(): void {
    if (this.#run === undefined) return;
    this.#sha256.update(this.#run);
    this.#sha256.update('\n');
    this.#run = undefined;
  }

  finish(): void {
    if (!this.#hasEnded) throw incomplete();
  }
}

function misplaced(number: number, why: string): UsageError {
  return new UsageError(`line ${number}: ${why}`, 'input', {
    reasons: [`for an export that was edited or put together, add --unchecked`],
  });
}
