import { BoltFile } from '../../../src/storage/bolt/bolt-file.js';
import { BoltWriter } from '../../../src/storage/bolt/bolt-writer.js';
import { compareBytes } from '../../../src/storage/bolt/format.js';
import { metaPage } from '../../../src/storage/bolt/meta.js';
import { MemoryByteSink, StrictByteSource } from './memory.js';
import type { SeededRandom } from './random.js';

/** Pairs by bucket, in ascending order. Bytes are written as Latin-1 text. */
export type Contents = Readonly<Record<string, readonly (readonly [key: string, value: string])[]>>;

export function writeDatabase(contents: Contents, pageSizeBytes = 1024): Uint8Array {
  const sink = new MemoryByteSink();
  const writer = new BoltWriter(sink, pageSizeBytes);
  for (const [name, pairs] of Object.entries(contents)) {
    writer.beginBucket(latin1(name));
    for (const [key, value] of pairs) writer.add(latin1(key), latin1(value));
  }
  writer.finish();
  return sink.bytes;
}

export function readDatabase(bytes: Uint8Array): Contents {
  const bolt = BoltFile.open(new StrictByteSource(bytes));
  return Object.fromEntries(
    bolt
      .buckets()
      .map((bucket) => [
        text(bucket.name),
        Array.from(bolt.pairs(bucket), ({ key, value }) => [text(key), text(value)] as const),
      ]),
  );
}

/** Replaces both metas, for a database whose structure a test has changed. */
export function withMeta(bytes: Uint8Array, changes: Partial<Parameters<typeof metaPage>[1]>): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const meta = { ...BoltFile.open(new StrictByteSource(bytes)).meta, ...changes };
  copy.set(metaPage(0, { ...meta, transactionId: 2n }), 0);
  copy.set(metaPage(1, { ...meta, transactionId: 1n }), meta.pageSizeBytes);
  return copy;
}

/** Distinct keys in order. Lengths are from a few bytes to several pages. */
export function randomContents(random: SeededRandom): Contents {
  const names = ['alarm', 'key', 'lease', 'meta'].slice(random.below(4));
  return Object.fromEntries(names.map((name) => [name, randomPairs(random)]));
}

function randomPairs(random: SeededRandom): readonly (readonly [string, string])[] {
  const count = random.below(4) === 0 ? random.below(4) : random.below(150);
  const longest = [4, 40, 400, 2000][random.below(4)] ?? 4;
  const keys = Array.from({ length: count }, () => random.bytes(1 + random.below(longest)));
  return keys
    .sort(compareBytes)
    .filter((key, index) => index === 0 || compareBytes(keys[index - 1] as Uint8Array, key) !== 0)
    .map((key) => [text(key), text(random.bytes(random.below(longest)))] as const);
}

export function latin1(value: string): Uint8Array {
  return Buffer.from(value, 'latin1');
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
