import { CommandError, CorruptFileError } from '../../../src/model/errors.js';
import type { ByteSource } from '../../../src/storage/byte-source.js';
import { StrictByteSource } from '../support/memory.js';
import { SeededRandom } from '../support/random.js';
import { AllocationMeter } from './allocation-meter.js';
import { DIRECTORY_STEPS } from './directory.js';
import { mutate, withValidMeta } from './mutations.js';
import { DATABASE_READERS, LOG_READERS, type Reader, SNAP_READERS } from './readers.js';
import { DATABASES, LOGS, SNAPS, strangerFile } from './samples.js';

export interface Tally {
  /** Readings of mutated files. */
  succeeded: number;
  failedCleanly: number;
  readonly files: Record<FileKind, number>;
}

type FileKind = 'databases' | 'logs' | '.snap files' | 'other files' | 'data directories';

/** Files of each kind in a hundred; the rest are databases. Data directories are synced, which is slow. */
const SHARES: readonly (readonly [FileKind, number])[] = [
  ['logs', 12],
  ['.snap files', 5],
  ['other files', 5],
  ['data directories', 1],
];
/** The size of the largest array that a reader may allocate, in addition to the size of the file. */
const SPARE_BYTES = 128 << 10;
/** The most times that a reader may read the whole file: trailer, trees, the second read of pages with overflow, and metadata. */
const MAX_PASSES = 10;

export function emptyTally(): Tally {
  const files = { databases: 0, logs: 0, '.snap files': 0, 'other files': 0, 'data directories': 0 };
  return { succeeded: 0, failedCleanly: 0, files };
}

/**
 * Creates file `index` of a seed, reads it with two readers of its kind and counts the results. Throws when a result is neither a success
 * nor an expected error, when the file was changed, or when too much was read or allocated for the size of the file.
 */
export async function fuzzFile(seed: number, index: number, tally: Tally): Promise<void> {
  const random = new SeededRandom(seed * 1_000_003 + index);
  const kind = kindOf(index);
  tally.files[kind]++;
  switch (kind) {
    case 'databases':
      return readBy(DATABASE_READERS, mutatedDatabase(random), { random, tally });
    case 'logs':
      return readBy(LOG_READERS, mutate(oneOf(LOGS, random), random), { random, tally });
    case '.snap files':
      return readBy(SNAP_READERS, mutate(oneOf(SNAPS, random), random), { random, tally });
    case 'other files':
      return readBy([...DATABASE_READERS, ...LOG_READERS], strangerFile(random), { random, tally });
    case 'data directories': {
      const files = { database: mutatedDatabase(random), log: mutate(oneOf(LOGS, random), random) };
      return count(tally, Number.MAX_SAFE_INTEGER, () => oneOf(DIRECTORY_STEPS, random)(files));
    }
  }
}

export function summaryOf({ succeeded, failedCleanly, files }: Tally): string {
  const kinds = Object.entries(files).map(([kind, number]) => `${number} ${kind}`);
  return `${kinds.join(', ')}; ${succeeded} readings succeeded, ${failedCleanly} failed cleanly`;
}

function kindOf(index: number): FileKind {
  let below = 0;
  for (const [kind, share] of SHARES) {
    below += share;
    if (index % 100 < below) return kind;
  }
  return 'databases';
}

function mutatedDatabase(random: SeededRandom): Uint8Array {
  const original = oneOf(DATABASES, random);
  return withValidMeta(mutate(original, random), original, random);
}

interface Reading {
  readonly random: SeededRandom;
  readonly tally: Tally;
}

async function readBy(
  readers: readonly Reader[],
  bytes: Uint8Array,
  { random, tally }: Reading,
): Promise<void> {
  const before = Buffer.from(bytes);
  const meter = new AllocationMeter();
  for (let turn = 0; turn < Math.min(2, readers.length); turn++) {
    const read = oneOf(readers, random);
    const source = new CountingByteSource(bytes);
    meter.start();
    try {
      await count(tally, bytes.length, () => read(source, random));
    } finally {
      meter.stop();
    }
    if (meter.maxBytes > bytes.length + SPARE_BYTES) {
      throw new Error(`${meter.maxBytes} bytes were allocated for a file of ${bytes.length}`);
    }
  }
  if (!before.equals(bytes)) throw new Error('a reader changed the file');
}

/** Counts successes and expected errors. Any other error is a defect of the program and is thrown. */
async function count(tally: Tally, sizeBytes: number, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
    tally.succeeded++;
  } catch (error) {
    const isCorruptFile = error instanceof CorruptFileError && error.offset >= 0 && error.offset <= sizeBytes;
    const isCommandError = error instanceof CommandError && sizeBytes === Number.MAX_SAFE_INTEGER;
    if (!isCorruptFile && !isCommandError) throw error;
    tally.failedCleanly++;
  }
}

/** Throws when a reader reads too much, as in an endless loop. */
class CountingByteSource implements ByteSource {
  readonly #source: StrictByteSource;
  #readBytes = 0;

  constructor(bytes: Uint8Array) {
    this.#source = new StrictByteSource(bytes, 'mutated');
  }

  get path(): string {
    return this.#source.path;
  }

  get sizeBytes(): number {
    return this.#source.sizeBytes;
  }

  read(offset: number, length: number): Uint8Array {
    this.#readBytes += length;
    if (this.#readBytes > MAX_PASSES * this.sizeBytes + SPARE_BYTES) {
      throw new Error(`${this.#readBytes} bytes were read of a file of ${this.sizeBytes}`);
    }
    return this.#source.read(offset, length);
  }
}

function oneOf<Item>(items: readonly Item[], random: SeededRandom): Item {
  const item = items[random.below(items.length)];
  if (item === undefined) throw new RangeError('there is nothing to choose from');
  return item;
}
