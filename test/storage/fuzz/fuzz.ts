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

/** Which of a hundred files are of a kind; the rest are databases. Directories are forced to disk, which takes long. */
const SHARES: readonly (readonly [FileKind, number])[] = [
  ['logs', 12],
  ['.snap files', 5],
  ['other files', 5],
  ['data directories', 1],
];
/** Of the largest array that a reader may make, beyond the size of the file. */
const SPARE_BYTES = 128 << 10;
/** No reader goes through a file more often: trailer, then trees, each with a second look at long pages, and facts. */
const MAX_PASSES = 10;

export function emptyTally(): Tally {
  const files = { databases: 0, logs: 0, '.snap files': 0, 'other files': 0, 'data directories': 0 };
  return { succeeded: 0, failedCleanly: 0, files };
}

/**
 * Makes file `index` of a seed, lets two readers of its kind read it, and counts what came of it. Throws when that was
 * neither success nor a clean failure, when the file was changed, or when more was read or allocated than the file's
 * size explains.
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

/** Success and every foreseen failure are fine; all else is a defect of the program. */
async function count(tally: Tally, sizeBytes: number, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
    tally.succeeded++;
  } catch (error) {
    const isPlaced = error instanceof CorruptFileError && error.offset >= 0 && error.offset <= sizeBytes;
    const isRefused = error instanceof CommandError && sizeBytes === Number.MAX_SAFE_INTEGER;
    if (!isPlaced && !isRefused) throw error;
    tally.failedCleanly++;
  }
}

/** A reader that goes in circles is stopped here. */
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
