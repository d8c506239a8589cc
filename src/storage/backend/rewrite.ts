import type { BoltFile, Bucket } from '../bolt/bolt-file.js';
import { BoltWriter } from '../bolt/bolt-writer.js';
import { compareBytes } from '../bolt/format.js';
import { ReachablePages } from '../bolt/reachable-pages.js';
import type { ByteSink } from '../byte-sink.js';
import type { Crc32c } from '../crc32c.js';
import { LongTask, type LongTaskOptions } from '../long-task.js';

/** Sets a pair, or removes it when the value is undefined. */
export interface Change {
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}

/** Changes to a bucket. A missing bucket is created. */
export interface BucketEdit {
  /** Do not copy the bucket's present pairs. */
  readonly isCleared?: boolean;
  readonly changes?: readonly Change[];
}

/** By bucket name. Buckets without an entry are copied unchanged. */
export type DatabaseEdits = ReadonlyMap<string, BucketEdit>;

export interface RewriteOptions extends LongTaskOptions {
  readonly edits?: DatabaseEdits;
  /** Updated with every key and value that is written, in order. */
  readonly checksum?: Crc32c;
}

/**
 * Copies a database into a new one, pair by pair, and applies edits. The copy has no unused pages. Progress counts bytes of the old
 * database. Returns the size of the new one in bytes; the caller syncs it. Throws `CorruptFileError`.
 */
export async function rewriteDatabase(
  bolt: BoltFile,
  sink: ByteSink,
  options: RewriteOptions = {},
): Promise<number> {
  const task = new LongTask(bolt.sizeBytes, options);
  const writer = new BoltWriter(sink, bolt.meta.pageSizeBytes);
  const add = (key: Uint8Array, value: Uint8Array) => {
    options.checksum?.update(key).update(value);
    writer.add(key, value);
  };
  const walk = { reachable: new ReachablePages(bolt.reader) };
  for (const { name, bucket, edit } of editedBuckets(bolt.buckets(walk), options.edits ?? new Map())) {
    writer.beginBucket(name);
    const merger = new ChangeMerger(edit.changes ?? [], add);
    for (const leaf of bucket === undefined || edit.isCleared ? [] : bolt.leaves(bucket, walk)) {
      for (let index = 0; index < leaf.count; index++) merger.merge(leaf.key(index), leaf.value(index));
      if (task.shouldYield(leaf.bytes.length)) await task.yield();
    }
    merger.finish();
  }
  return writer.finish();
}

interface EditedBucket {
  readonly name: Uint8Array;
  readonly bucket: Bucket | undefined;
  readonly edit: BucketEdit;
}

function editedBuckets(existing: readonly Bucket[], edits: DatabaseEdits): readonly EditedBucket[] {
  const isNew = (name: Uint8Array) => existing.every((bucket) => compareBytes(bucket.name, name) !== 0);
  const added = [...edits.keys()].map((name) => Buffer.from(name)).filter(isNew);
  return [
    ...existing.map((bucket) => ({ name: bucket.name, bucket })),
    ...added.map((name) => ({ name, bucket: undefined })),
  ]
    .map((entry) => ({ ...entry, edit: edits.get(Buffer.from(entry.name).toString('utf8')) ?? {} }))
    .sort((a, b) => compareBytes(a.name, b.name));
}

/** Merges changes into pairs that are passed in the order of their keys. */
class ChangeMerger {
  readonly #add: (key: Uint8Array, value: Uint8Array) => void;
  readonly #changes: readonly Change[];
  #next = 0;

  constructor(changes: readonly Change[], add: (key: Uint8Array, value: Uint8Array) => void) {
    this.#add = add;
    this.#changes = changes.toSorted((a, b) => compareBytes(a.key, b.key));
  }

  merge(key: Uint8Array, value: Uint8Array): void {
    for (let change = this.#changes[this.#next]; change !== undefined; ) {
      const order = compareBytes(change.key, key);
      if (order > 0) break;
      this.#apply(change);
      if (order === 0) return;
      change = this.#changes[this.#next];
    }
    this.#add(key, value);
  }

  finish(): void {
    for (let change = this.#changes[this.#next]; change !== undefined; change = this.#changes[this.#next]) {
      this.#apply(change);
    }
  }

  #apply({ key, value }: Change): void {
    this.#next++;
    if (value !== undefined) this.#add(key, value);
  }
}
