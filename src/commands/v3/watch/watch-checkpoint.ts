import { createHash } from 'node:crypto';
import type { Position } from '../../../client/watch/state.js';
import { UsageError } from '../../../model/errors.js';
import type { KeyRange } from '../../../model/key-range.js';
import { idHex } from '../../../printers/id.js';
import { type CheckpointContent, CheckpointFile } from '../../../storage/checkpoint/checkpoint-file.js';
import { base64, CheckpointFields, rangeMembers } from '../../../storage/checkpoint/fields.js';
import type { OutputFile } from '../../../term/output-file.js';

const KIND = 'etcdctl-watch-checkpoint';

/** How many bytes of a block are kept, to recognise its beginning. */
const START_BYTES = 64;

/** A block of output that may have been written to the file behind stdout when the process ended. */
interface PendingOutput {
  /** Device and inode of the file. */
  readonly file: string;
  readonly offset: number;
  readonly length: number;
  readonly start: string;
  readonly sha256: string;
  /** The position when the block is written. */
  readonly next: Position;
}

/** How far a watch has delivered events, in a file. */
export class WatchCheckpoint {
  readonly #file: CheckpointFile;
  readonly #range: KeyRange;
  /** The cluster of the events; undefined before the first response. */
  clusterId: bigint | undefined;
  /** Undefined before the first start. */
  position: Position | undefined;
  #pending: PendingOutput | undefined;

  private constructor(file: CheckpointFile, range: KeyRange) {
    this.#file = file;
    this.#range = range;
    if (file.content === undefined) return;
    const fields = new CheckpointFields(file.path, file.content);
    requireSameRange(file, range);
    this.clusterId = fields.id('clusterId');
    this.position = positionFrom(fields);
    this.#pending = pendingFrom(fields.optional('output'));
  }

  /** Throws a `CommandError` when the file cannot be used, and a `UsageError` when it is of other keys. */
  static open(path: string, range: KeyRange): WatchCheckpoint {
    return new WatchCheckpoint(CheckpointFile.open(path, KIND), range);
  }

  get path(): string {
    return this.#file.path;
  }

  /**
   * Finds out whether the last block was written before the process was killed, and removes a half of it. Returns what to tell the
   * user, if anything.
   */
  resolvePending(output: OutputFile | undefined): string | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending === undefined) return undefined;
    const fate = output === undefined ? 'unknown' : fateOf(pending, output);
    if (fate === 'written') this.position = pending.next;
    if (fate === 'unknown')
      return 'it is not known whether the last events before the end were printed: they are printed again';
    if (fate !== 'half') return undefined;
    output?.truncate(pending.offset);
    return 'the last events before the end were printed in part: that part was removed from stdout';
  }

  /** Before a block of output that leads to `next` is appended to the file. */
  recordOutput(block: Uint8Array, next: Position, output: OutputFile): void {
    this.#pending = {
      file: output.id,
      offset: output.sizeBytes,
      length: block.length,
      start: base64(block.subarray(0, START_BYTES)),
      sha256: sha256(block),
      next,
    };
    this.#file.write(this.#content());
  }

  /** The block of `recordOutput` was written. It is recorded by the next write. */
  outputWritten(next: Position): void {
    this.position = next;
    this.#pending = undefined;
  }

  record(position: Position): void {
    this.position = position;
    this.#pending = undefined;
    this.#file.write(this.#content());
  }

  /** Writes the position a last time. Nothing is written before the first position is known. */
  async end(): Promise<void> {
    if (this.position !== undefined && this.clusterId !== undefined) await this.#file.end(this.#content());
  }

  #content(): CheckpointContent {
    if (this.clusterId === undefined || this.position === undefined)
      throw new Error('a checkpoint without a position');
    return {
      kind: KIND,
      schema: 1,
      clusterId: idHex(this.clusterId),
      ...rangeMembers(this.#range),
      ...positionMembers(this.position),
      ...(this.#pending !== undefined && { output: pendingMembers(this.#pending) }),
    };
  }
}

function requireSameRange({ path, content }: CheckpointFile, range: KeyRange): void {
  const wanted = rangeMembers(range);
  if (content?.key === wanted.key && content?.rangeEnd === wanted.rangeEnd) return;
  throw new UsageError(`${path} is the checkpoint of a watch of other keys`, 'arguments', {
    reasons: ['each watch needs a checkpoint of its own; to begin anew with these keys, name another file'],
  });
}

function positionMembers({ revision, delivered }: Position): CheckpointContent {
  return { nextRevision: String(revision), deliveredEvents: String(delivered) };
}

function positionFrom(fields: CheckpointFields): Position {
  return { revision: fields.whole('nextRevision'), delivered: Number(fields.whole('deliveredEvents')) };
}

function pendingMembers({ next, offset, length, ...rest }: PendingOutput): CheckpointContent {
  return { ...rest, offset: String(offset), length: String(length), ...positionMembers(next) };
}

function pendingFrom(fields: CheckpointFields | undefined): PendingOutput | undefined {
  if (fields === undefined) return undefined;
  return {
    file: fields.text('file'),
    offset: Number(fields.whole('offset')),
    length: Number(fields.whole('length')),
    start: fields.text('start'),
    sha256: fields.text('sha256'),
    next: positionFrom(fields),
  };
}

type Fate = 'written' | 'absent' | 'half' | 'unknown';

function fateOf({ file, offset, length, start, sha256: expected }: PendingOutput, output: OutputFile): Fate {
  if (output.id !== file || output.sizeBytes < offset) return 'unknown';
  if (output.sizeBytes === offset) return 'absent';
  const found = output.read(offset, length);
  if (found === undefined) return 'unknown';
  if (found.length === length) return sha256(found) === expected ? 'written' : 'unknown';
  const beginning = Buffer.from(start, 'base64').subarray(0, found.length);
  return Buffer.compare(found.subarray(0, beginning.length), beginning) === 0 ? 'half' : 'unknown';
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
