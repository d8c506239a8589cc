import { describe, expect, it } from 'vitest';
import { Failure } from '../../src/model/errors.js';
import { backendHash } from '../../src/storage/backend/backend-hash.js';
import { hashKv } from '../../src/storage/backend/hash-kv.js';
import { rewriteDatabase } from '../../src/storage/backend/rewrite.js';
import { snapshotStatus } from '../../src/storage/backend/snapshot-status.js';
import { BoltFile } from '../../src/storage/bolt/bolt-file.js';
import { metaPage } from '../../src/storage/bolt/meta.js';
import { verifySnapshot } from '../../src/storage/snapshot/verify.js';
import { walRecords } from '../../src/storage/wal/record-reader.js';
import { randomContents, writeDatabase } from './support/databases.js';
import { SERVER_VERSIONS, snapshotOf, unzipped } from './support/fixtures.js';
import { MemoryByteSink, StrictByteSource } from './support/memory.js';
import { SeededRandom } from './support/random.js';

/** STORAGE_FUZZ_FILES=100000 for a thorough run; STORAGE_FUZZ_SEED for another one. */
const FILES = Number(process.env.STORAGE_FUZZ_FILES ?? 3000);
const SEED = Number(process.env.STORAGE_FUZZ_SEED ?? 1);
/** No mutated file of 50 kB may take longer. */
const LONGEST_MS = 5000;

const DATABASES = [
  ...SERVER_VERSIONS.map((version) => snapshotOf(version).slice(0, -32)),
  ...[3, 5, 8].map((seed) => writeDatabase(randomContents(new SeededRandom(seed)), 1024)),
];
const LOGS = SERVER_VERSIONS.map((version) => unzipped(`etcd-${version}.wal`));

const INTERESTING = [0, 1, 2, 4, 15, 16, 255, 0xfffe, 0xffff, 0x7fff_ffff, 0xffff_fff0, 0xffff_ffff];

/** Numbers on page headers and elements are hit most: random bytes mostly hit values. */
function mutate(original: Uint8Array, random: SeededRandom): Uint8Array {
  let bytes = Uint8Array.from(original);
  const view = new DataView(bytes.buffer);
  for (let count = 1 + random.below(6); count > 0; count--) {
    const kind = random.below(10);
    const page = random.below(Math.max(1, bytes.length >> 10)) << 10;
    if (kind < 3) bytes[random.below(bytes.length)] = random.below(256);
    else if (kind < 8) setSomewhere(view, page + 4 * random.below(40), random);
    else if (kind === 8) bytes.copyWithin(page, random.below(bytes.length >> 10) << 10, bytes.length);
    else bytes.fill(random.below(2) * 255, page, page + random.below(1024));
  }
  if (random.below(20) === 0) bytes = bytes.slice(0, random.below(bytes.length));
  return bytes;
}

function setSomewhere(view: DataView, offset: number, random: SeededRandom): void {
  if (offset + 4 > view.byteLength) return;
  const isSmall = random.below(2) === 0;
  view.setUint32(
    offset,
    isSmall ? random.below(70) : (INTERESTING[random.below(INTERESTING.length)] ?? 0),
    true,
  );
}

/** Mutations behind a meta's checksum are refused at once; most files get a valid one, with what was mutated in it. */
function withChecksums(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const view = new DataView(bytes.buffer);
  const pageSizeBytes = bytes.length > 28 ? view.getUint32(24, true) : 0;
  if (random.below(8) === 0 || ![1024, 4096].includes(pageSizeBytes) || bytes.length < 2 * pageSizeBytes) {
    return bytes;
  }
  const number = (offset: number) => Number(view.getBigUint64(16 + offset, true) % 2n ** 53n);
  const [rootPage, freelist, highWaterPage] = [number(16), number(32), number(40)];
  const hasFreelist = view.getBigUint64(16 + 32, true) !== 2n ** 64n - 1n;
  const freelistPage = hasFreelist ? freelist : undefined;
  bytes.set(metaPage(0, { pageSizeBytes, rootPage, freelistPage, highWaterPage, transaction: 2n ** 60n }));
  return bytes;
}

/** Each file goes through two of them, in turn. */
const READERS: readonly ((source: StrictByteSource) => Promise<unknown>)[] = [
  (source) => snapshotStatus(BoltFile.open(source), { counting: 'user-keys' }),
  (source) => verifySnapshot(source),
  (source) => hashKv(BoltFile.open(source), { revision: 0n }),
  (source) => rewriteDatabase(BoltFile.open(source), new MemoryByteSink()),
  (source) => backendHash(BoltFile.open(source)),
];

type Tally = Record<'success' | 'error', number>;

/** Success and every foreseen failure are fine; all else is a defect of the program. */
async function outcomeOf(work: () => Promise<unknown>): Promise<keyof Tally> {
  const startMs = performance.now();
  try {
    await work();
    return 'success';
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return 'error';
  } finally {
    expect(performance.now() - startMs).toBeLessThan(LONGEST_MS);
  }
}

async function fuzzDatabase(seed: number, tally: Tally): Promise<void> {
  const random = new SeededRandom(seed);
  const original = DATABASES[random.below(DATABASES.length)] ?? new Uint8Array(0);
  const bytes = withChecksums(mutate(original, random), random);
  const before = Buffer.from(bytes);
  for (const [index, read] of READERS.entries()) {
    const isTurn = (index + seed) % READERS.length < 2;
    if (isTurn) tally[await outcomeOf(() => read(new StrictByteSource(bytes)))]++;
  }
  if (!before.equals(bytes)) expect.fail('a reader changed the file');
}

async function fuzzLog(seed: number, tally: Tally): Promise<void> {
  const random = new SeededRandom(seed);
  const bytes = mutate(LOGS[random.below(LOGS.length)] ?? new Uint8Array(0), random);
  const options = { crc: undefined, isLastFile: random.below(2) === 0 };
  tally[await outcomeOf(async () => [...walRecords(new StrictByteSource(bytes), options)])]++;
}

describe('mutated files', () => {
  it(`end in success or a clear error: ${FILES} of them`, async ({ annotate }) => {
    const tally: Tally = { success: 0, error: 0 };
    const startMs = performance.now();
    for (let index = 0; index < FILES; index++) {
      const seed = SEED * 1_000_003 + index;
      try {
        await (index % 10 === 9 ? fuzzLog(seed, tally) : fuzzDatabase(seed, tally));
      } catch (cause) {
        throw new Error(`file ${index} of STORAGE_FUZZ_SEED=${SEED}`, { cause });
      }
    }
    const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
    const summary = `${FILES} mutated files in ${seconds} s: ${tally.success} readings succeeded, ${tally.error} failed cleanly`;
    process.stdout.write(`${summary}\n`);
    await annotate(summary);
    expect(tally.error).toBeGreaterThan(0);
    expect(tally.success).toBeGreaterThan(0);
  }, 3_600_000);
});
