import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { parentPath, systemPath } from '../../go/file-path.js';
import { pathErrorText } from '../../go/system-error.js';
import { CommandError } from '../../model/errors.js';
import { monotonicMs } from '../../runtime/monotonic-clock.js';
import { syncDirectory } from '../directory.js';
import { closeQuietly } from '../system-call.js';
import { isRunning, type ProcessIdentity, thisProcess } from './process-identity.js';

/** A checkpoint has a few hundred bytes, and at most two keys of 1.5 MiB. */
const MAX_BYTES = 8 * 1024 * 1024;
const PRIVATE_MODE = 0o600;
const SYNC_EVERY_MS = 1_000;

/** The members of a checkpoint that belong to the command; those of the file itself are added. */
export type CheckpointContent = Readonly<Record<string, unknown>>;

/**
 * A small JSON file that says how far a command has come. Each write replaces it by a rename: after the death of the process at any
 * instant it is the one before or the one after. It is forced to disk once a second, and at the end.
 *
 * One process at a time writes it. While it is in use it names its process, and a second one on this machine is refused. A process on
 * another machine, or in another container, takes it over; the first one then ends at its next write.
 */
export class CheckpointFile {
  readonly path: string;
  /** What the file had when it was opened; undefined when there was none. */
  readonly content: CheckpointContent | undefined;
  #last: BigIntStats | undefined;
  #syncedMs = Number.NEGATIVE_INFINITY;
  readonly #writer: ProcessIdentity | undefined;

  private constructor(path: string, content: CheckpointContent | undefined, last: BigIntStats | undefined) {
    this.path = path;
    this.content = content;
    this.#last = last;
    this.#writer = thisProcess();
  }

  /** Throws a `CommandError` when the file cannot be read, has other content, or is in use. */
  static open(path: string, kind: string): CheckpointFile {
    const found = readCheckpoint(path);
    if (found === undefined) return new CheckpointFile(path, undefined, undefined);
    const { writer, ...content } = found.content;
    if (content.kind !== kind || content.schema !== 1) {
      throw new CommandError(`${path} is not a checkpoint of this command`, {
        reasons: [`${path} must have "kind": "${kind}" and "schema": 1`],
      });
    }
    const holder = writer as ProcessIdentity | undefined;
    if (holder !== undefined && isRunning(holder)) {
      throw new CommandError(`the checkpoint ${path} is in use by process ${holder.pid}`, {
        reasons: ['each watch or mirror needs a checkpoint of its own'],
      });
    }
    return new CheckpointFile(path, content, found.stats);
  }

  /** Throws a `CommandError`; the file then has its last content. */
  write(content: CheckpointContent): void {
    const isDue = monotonicMs() - this.#syncedMs >= SYNC_EVERY_MS;
    const whole = this.#writer === undefined ? content : { ...content, writer: this.#writer };
    this.#replace(whole, isDue);
    if (isDue) this.#syncedMs = monotonicMs();
  }

  /** The last write: the file no longer names this process, and is forced to disk. */
  async end(content: CheckpointContent): Promise<void> {
    this.#replace(content, true);
    await syncDirectory(parentPath(this.path));
  }

  #replace(content: CheckpointContent, isSynced: boolean): void {
    this.#requireOwn();
    const partPath = `${this.path}.part`;
    const { dev, ino } = writePart(partPath, Buffer.from(`${JSON.stringify(content)}\n`), isSynced);
    // Not before it was closed: file systems of a network can set its time then.
    const stats = statOfName(partPath);
    if (stats === undefined || stats.dev !== dev || stats.ino !== ino) throw this.#taken();
    attempt(`rename ${partPath}`, this.path, () => renameSync(systemPath(partPath), systemPath(this.path)));
    this.#last = stats;
  }

  #requireOwn(): void {
    const current = statOfName(this.path);
    if (this.#last === undefined ? current !== undefined : !isSame(this.#last, current)) throw this.#taken();
  }

  #taken(): CommandError {
    return new CommandError(`the checkpoint ${this.path} was changed by another process`, {
      reasons: ['each watch or mirror needs a checkpoint of its own'],
    });
  }
}

function readCheckpoint(
  path: string,
): { readonly content: CheckpointContent; readonly stats: BigIntStats } | undefined {
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  let descriptor: number;
  try {
    descriptor = openSync(systemPath(path), flags);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new CommandError(pathErrorText('open', path, cause), { cause });
  }
  try {
    const stats = fstatSync(descriptor, { bigint: true });
    if (!stats.isFile()) throw new CommandError(`open ${path}: not a regular file`);
    if (stats.size > MAX_BYTES) throw malformed(path);
    return { content: parse(path, readFileSync(descriptor, 'utf8')), stats };
  } finally {
    closeQuietly(descriptor);
  }
}

function parse(path: string, text: string): CheckpointContent {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw malformed(path, cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(path);
  return value as CheckpointContent;
}

/** A checkpoint that is not as this program writes it. */
export function malformed(path: string, cause?: unknown): CommandError {
  return new CommandError(`${path} is not a checkpoint`, {
    cause,
    reasons: ['the file is damaged or of another kind: it is not changed; to begin anew, remove it'],
  });
}

/** Returns the state of the file that has been written. */
function writePart(path: string, bytes: Uint8Array, isSynced: boolean): BigIntStats {
  const descriptor = attempt('open', path, () => {
    removeIfThere(path);
    // O_EXCL does not follow a symbolic link that someone else has put there.
    return openSync(systemPath(path), 'wx', PRIVATE_MODE);
  });
  try {
    return attempt('write', path, () => {
      for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
      if (isSynced) fsyncSync(descriptor);
      const stats = fstatSync(descriptor, { bigint: true });
      closeSync(descriptor);
      return stats;
    });
  } catch (error) {
    closeQuietly(descriptor);
    removeIfThere(path);
    throw error;
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(systemPath(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function statOfName(path: string): BigIntStats | undefined {
  return attempt('stat', path, () => statSync(systemPath(path), { bigint: true, throwIfNoEntry: false }));
}

function isSame(one: BigIntStats, other: BigIntStats | undefined): boolean {
  return one.ino === other?.ino && one.dev === other.dev && one.mtimeNs === other.mtimeNs;
}

function attempt<Value>(operation: string, path: string, step: () => Value): Value {
  try {
    return step();
  } catch (cause) {
    throw new CommandError(`checkpoint: ${pathErrorText(operation, path, cause)}`, { cause });
  }
}
