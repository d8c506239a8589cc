import type { ByteSource } from '../byte-source.js';
import {
  BUCKET_HEADER_BYTES,
  compareBytes,
  LEAF_PAGE,
  MAX_BUCKETS,
  PAGE_HEADER_BYTES,
  pageNumber,
  uint16,
} from './format.js';
import { Leaf } from './leaf.js';
import { findMeta, type Meta } from './meta.js';
import { PageReader } from './page-reader.js';
import { ReachablePages } from './reachable-pages.js';
import { checkLeaf, type WalkOptions, walkTree } from './tree.js';

/** A bucket and the root of its tree: a page of the file, or an inline page. */
export interface Bucket {
  readonly name: Uint8Array;
  readonly root: { readonly page: number } | InlineRoot;
}

/** The leaf page of an inline bucket, copied from the bucket's element. */
interface InlineRoot {
  readonly bytes: Uint8Array;
  /** Offset of those bytes in the file. */
  readonly offset: number;
}

/** A key-value pair. The arrays are valid until the next pair is read. */
export interface Pair {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** A bbolt database, opened for reading. */
export class BoltFile {
  readonly reader: PageReader;

  private constructor(reader: PageReader) {
    this.reader = reader;
  }

  /** Reads the newest valid meta and nothing else. Throws `CorruptFileError`. */
  static open(source: ByteSource): BoltFile {
    return new BoltFile(new PageReader(source, findMeta(source)));
  }

  get meta(): Meta {
    return this.reader.meta;
  }

  /** The size of the database. The rest of the file is preallocated space, or the trailer of a snapshot. */
  get sizeBytes(): number {
    return this.meta.highWaterPage * this.meta.pageSizeBytes;
  }

  /** All buckets in the order of their names. Throws `CorruptFileError`, also for more than 1000 buckets. */
  buckets(options: WalkOptions = { reachable: new ReachablePages(this.reader) }): readonly Bucket[] {
    const buckets: Bucket[] = [];
    for (const leaf of walkTree(this.reader, this.meta.rootPage, options)) {
      for (let index = 0; index < leaf.count; index++) {
        if (buckets.length === MAX_BUCKETS) {
          throw this.reader.corrupt(`there are more than ${MAX_BUCKETS} buckets`, leaf.offsetOf(index));
        }
        buckets.push(this.#bucketAt(leaf, index));
      }
    }
    return buckets;
  }

  /** Throws `CorruptFileError`. */
  bucket(name: string): Bucket | undefined {
    const wanted = Buffer.from(name);
    return this.buckets().find((bucket) => compareBytes(bucket.name, wanted) === 0);
  }

  /** The leaves of the bucket; one for an inline bucket. A leaf is valid until the next one is read. Throws `CorruptFileError`. */
  *leaves(
    { root }: Bucket,
    options: WalkOptions = { reachable: new ReachablePages(this.reader) },
  ): Generator<Leaf> {
    if ('bytes' in root) {
      const leaf = this.#inlineLeaf(root);
      this.#rejectNestedBuckets(leaf);
      yield leaf;
      return;
    }
    for (const leaf of walkTree(this.reader, root.page, options)) {
      this.#rejectNestedBuckets(leaf);
      yield leaf;
    }
  }

  /** The pairs of the bucket in the order of their keys. Throws `CorruptFileError`. */
  *pairs(bucket: Bucket, order: 'ascending' | 'descending' = 'ascending'): Generator<Pair> {
    for (const leaf of this.leaves(bucket, { reachable: new ReachablePages(this.reader), order })) {
      for (let step = 0; step < leaf.count; step++) {
        const index = order === 'ascending' ? step : leaf.count - 1 - step;
        yield { key: leaf.key(index), value: leaf.value(index) };
      }
    }
  }

  /** A copy of the value; undefined when there is no such key. Reads the whole bucket, so use it for small buckets only. */
  get(bucket: Bucket, key: Uint8Array): Uint8Array | undefined {
    for (const pair of this.pairs(bucket)) {
      if (compareBytes(pair.key, key) === 0) return new Uint8Array(pair.value);
    }
    return undefined;
  }

  #bucketAt(leaf: Leaf, index: number): Bucket {
    const value = leaf.value(index);
    const offset = leaf.location.offset + leaf.keyEnd(index);
    if (!leaf.isBucket(index)) throw this.reader.corrupt('a key-value pair is outside of any bucket', offset);
    if (value.length < BUCKET_HEADER_BYTES) throw this.reader.corrupt('a bucket has no root page', offset);
    const page = pageNumber(value, 0);
    const name = new Uint8Array(leaf.key(index));
    if (page !== 0) return { name, root: { page } };
    if (value.length > BUCKET_HEADER_BYTES + this.meta.pageSizeBytes) {
      throw this.reader.corrupt('an inline bucket is larger than a page', offset);
    }
    const bytes = new Uint8Array(value.subarray(BUCKET_HEADER_BYTES));
    return { name, root: { bytes, offset: offset + BUCKET_HEADER_BYTES } };
  }

  #inlineLeaf({ bytes, offset }: InlineRoot): Leaf {
    if (bytes.length < PAGE_HEADER_BYTES) throw this.reader.corrupt('an inline bucket has no page', offset);
    if (uint16(bytes, 8) !== LEAF_PAGE) {
      throw this.reader.corrupt('an inline bucket is not a leaf page', offset + 8);
    }
    const location = { path: this.reader.source.path, offset };
    const leaf = new Leaf(bytes, uint16(bytes, 10), location);
    checkLeaf(this.reader, leaf, { lower: undefined, upper: undefined });
    return leaf;
  }

  #rejectNestedBuckets(leaf: Leaf): void {
    for (let index = 0; index < leaf.count; index++) {
      if (leaf.isBucket(index)) {
        throw this.reader.corrupt(
          'a bucket contains another bucket, which etcd never creates',
          leaf.offsetOf(index),
        );
      }
    }
  }
}
