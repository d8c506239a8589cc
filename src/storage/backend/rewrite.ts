import type { BoltFile, Bucket } from '../bolt/bolt-file.js';
import { BoltWriter } from '../bolt/bolt-writer.js';
import { compareBytes } from '../bolt/format.js';
import { PageClaims } from '../bolt/page-claims.js';
import type { ByteSink } from '../byte-sink.js';
import type { Crc32c } from '../crc32c.js';
import { Pace, type PaceOptions } from '../pace.js';

/** A pair to be set, or removed when its value is undefined. */
export interface Change {
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}

/** What happens to a bucket; one that is named but not there is made. */
export interface BucketEdit {
  /** Drop all pairs that the bucket has. */
  readonly isEmptied?: boolean;
  readonly changes?: readonly Change[];
}

/** By bucket name. Buckets that are not named are copied. */
export type DatabaseEdits = ReadonlyMap<string, BucketEdit>;

export interface RewriteOptions extends PaceOptions {
  readonly edits?: DatabaseEdits;
  /** Takes every key and value written, in order. */
  readonly written?: Crc32c;
}

/**
 * Copies a database into a new one, pair by pair, with edits. The copy has no unused pages. Progress counts bytes of
 * the old database. Returns the new size in bytes; nothing is forced to disk. Throws `CorruptFileError`.
 */
export async function rewriteDatabase(
  bolt: BoltFile,
  sink: ByteSink,
  options: RewriteOptions = {},
): Promise<number> {
  const pace = new Pace(bolt.sizeBytes, options);
  const writer = new BoltWriter(sink, bolt.meta.pageSizeBytes);
  const add = (key: Uint8Array, value: Uint8Array) => {
    options.written?.update(key).update(value);
    writer.add(key, value);
  };
  const walk = { claims: new PageClaims(bolt.reader) };
  for (const { name, bucket, edit } of editedBuckets(bolt.buckets(walk), options.edits ?? new Map())) {
    writer.beginBucket(name);
    const merger = new Merger(edit.changes ?? [], add);
    for (const leaf of bucket === undefined || edit.isEmptied ? [] : bolt.leaves(bucket, walk)) {
      for (let index = 0; index < leaf.count; index++) merger.pass(leaf.key(index), leaf.value(index));
      if (pace.isDue(leaf.bytes.length)) await pace.rest();
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

/** Mixes changes into pairs that come in the order of their keys. */
class Merger {
  readonly #add: (key: Uint8Array, value: Uint8Array) => void;
  readonly #changes: readonly Change[];
  #next = 0;

  constructor(changes: readonly Change[], add: (key: Uint8Array, value: Uint8Array) => void) {
    this.#add = add;
    this.#changes = changes.toSorted((a, b) => compareBytes(a.key, b.key));
  }

  pass(key: Uint8Array, value: Uint8Array): void {
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
