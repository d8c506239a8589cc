import { BoltFile } from '../../../src/storage/bolt/bolt-file.js';
import { metaPage } from '../../../src/storage/bolt/meta.js';
import { StrictByteSource } from '../support/memory.js';
import type { SeededRandom } from '../support/random.js';

/** Numbers at which computations often fail. */
const INTERESTING = [0, 1, 2, 4, 15, 16, 255, 0xfffe, 0xffff, 0x7fff_ffff, 0xffff_fff0, 0xffff_ffff];
/** The smallest page size of databases, so that all pages start at a multiple of it. */
const PAGE_STEP = 1024;

/** Changes its argument and returns it, or returns a new array. */
type Mutation = (bytes: Uint8Array, random: SeededRandom) => Uint8Array;

function inPlace(change: (bytes: Uint8Array, random: SeededRandom) => void): Mutation {
  return (bytes, random) => {
    if (bytes.length > 0) change(bytes, random);
    return bytes;
  };
}

function somePage(bytes: Uint8Array, random: SeededRandom): number {
  return random.below(Math.max(1, Math.ceil(bytes.length / PAGE_STEP))) * PAGE_STEP;
}

const flipBits = inPlace((bytes, random) => {
  for (let count = 1 + random.below(8); count > 0; count--) {
    const index = random.below(bytes.length);
    bytes[index] = (bytes[index] ?? 0) ^ (1 << random.below(8));
  }
});

const setByte = inPlace((bytes, random) => {
  bytes[random.below(bytes.length)] = random.below(256);
});

/** Sets a number in a page header or an element. Random offsets are mostly in values, where a change has little effect. */
const setNumber = inPlace((bytes, random) => {
  const offset = somePage(bytes, random) + 4 * random.below(40);
  setUint32(bytes, offset, random.below(2) === 0 ? random.below(70) : interesting(random));
});

/** Sets a number at any offset, for lengths and counts such as those of protobuf fields and WAL records. */
const setLengthAnywhere = inPlace((bytes, random) => {
  setUint32(bytes, random.below(bytes.length), interesting(random));
});

/** Points a child, a bucket or a page header to another page, which creates cycles and shared pages. */
const redirect = inPlace((bytes, random) => {
  const offset = somePage(bytes, random) + 8 * random.below(40);
  setUint32(bytes, offset, random.below(Math.ceil(bytes.length / PAGE_STEP)));
  setUint32(bytes, offset + 4, 0);
});

const copyPage = inPlace((bytes, random) => {
  const from = somePage(bytes, random);
  const to = somePage(bytes, random);
  bytes.copyWithin(to, from, from + PAGE_STEP * (1 + random.below(8)));
});

const fillSome = inPlace((bytes, random) => {
  const start = somePage(bytes, random);
  bytes.fill(random.below(2) * 255, start, start + random.below(PAGE_STEP));
});

const truncate: Mutation = (bytes, random) => bytes.slice(0, random.below(bytes.length + 1));

const append: Mutation = (bytes, random) => joined(bytes, random.bytes(random.below(600)));

/** Removes bytes, so that the rest is shifted. */
const removeSome: Mutation = (bytes, random) => {
  const start = random.below(bytes.length);
  return joined(bytes.subarray(0, start), bytes.subarray(start + 1 + random.below(64)));
};

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

function interesting(random: SeededRandom): number {
  return INTERESTING[random.below(INTERESTING.length)] ?? 0;
}

function setUint32(bytes: Uint8Array, offset: number, value: number): void {
  if (offset + 4 > bytes.length) return;
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(offset, value, true);
}

/** The mutations with their weights. */
const WEIGHTED: readonly (readonly [Mutation, number])[] = [
  [flipBits, 3],
  [setByte, 2],
  [setNumber, 5],
  [setLengthAnywhere, 1],
  [redirect, 3],
  [copyPage, 1],
  [fillSome, 1],
  [append, 1],
  [removeSome, 1],
];
const LOTS = WEIGHTED.flatMap(([mutation, weight]) => Array.from({ length: weight }, () => mutation));

/** A copy with up to six mutations. One in eight is also truncated. */
export function mutate(original: Uint8Array, random: SeededRandom): Uint8Array {
  let bytes: Uint8Array = Uint8Array.from(original);
  for (let count = 1 + random.below(6); count > 0; count--) {
    bytes = (LOTS[random.below(LOTS.length)] ?? flipBits)(bytes, random);
  }
  if (random.below(8) === 0) bytes = truncate(bytes, random);
  return bytes;
}

/**
 * A meta with a wrong checksum is not read any further. So most files get a meta with a valid checksum, which keeps the mutated numbers or
 * has wrong ones.
 */
export function withValidMeta(bytes: Uint8Array, original: Uint8Array, random: SeededRandom): Uint8Array {
  const meta = BoltFile.open(new StrictByteSource(original)).meta;
  if (random.below(8) === 0 || bytes.length < 2 * meta.pageSizeBytes) return bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const number = (offset: number) => Number(view.getBigUint64(16 + offset, true) % 2n ** 53n);
  const hasFreelist = view.getBigUint64(16 + 32, true) !== 2n ** 64n - 1n;
  const changed = {
    ...meta,
    rootPage: number(16),
    freelistPage: hasFreelist ? number(32) : undefined,
    highWaterPage: random.below(4) === 0 ? number(40) : meta.highWaterPage,
    transaction: 2n ** 60n,
  };
  if (random.below(16) > 0) bytes.set(metaPage(0, changed));
  else bytes.set(metaPage(0, { ...changed, pageSizeBytes: wrongPageSize(random) }).subarray(0, PAGE_STEP));
  return bytes;
}

function wrongPageSize(random: SeededRandom): number {
  const size = 512 << random.below(12);
  return random.below(8) === 0 ? size + 1 + random.below(100) : size;
}
