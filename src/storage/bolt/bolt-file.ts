import type { ByteSource } from '../byte-source.js';
import {
  BUCKET_HEADER_BYTES,
  compareBytes,
  LEAF_PAGE,
  MAX_BUCKETS,
  PAGE_HEADER_BYTES,
  pageNumber,
} from './format.js';
import { Leaf } from './leaf.js';
import { findMeta, type Meta } from './meta.js';
import { PageClaims } from './page-claims.js';
import { PageReader } from './page-reader.js';
import { checkLeaf, type WalkOptions, walkTree } from './tree.js';

export interface Bucket {
  readonly name: Uint8Array;
  readonly root: { readonly page: number } | InlineRoot;
}

/** A leaf page inside the bucket's element, copied out of it. */
interface InlineRoot {
  readonly bytes: Uint8Array;
  /** Of those bytes in the file. */
  readonly offset: number;
}

/** A pair; its bytes are lent until the next pair is asked for. */
export interface Pair {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** A bbolt database, read only. */
export class BoltFile {
  readonly reader: PageReader;

  private constructor(reader: PageReader) {
    this.reader = reader;
  }

  /** Finds the newest valid meta; reads nothing else. Throws `CorruptFileError`. */
  static open(source: ByteSource): BoltFile {
    return new BoltFile(new PageReader(source, findMeta(source)));
  }

  get meta(): Meta {
    return this.reader.meta;
  }

  /** What belongs to the database: the rest of the file is reserve, or a trailer. */
  get sizeBytes(): number {
    return this.meta.highWaterPage * this.meta.pageSizeBytes;
  }

  /** All buckets in the order of their names. Throws `CorruptFileError`, also above 1000. */
  buckets(options: WalkOptions = { claims: new PageClaims(this.reader) }): readonly Bucket[] {
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

  bucket(name: string): Bucket | undefined {
    const wanted = Buffer.from(name);
    return this.buckets().find((bucket) => compareBytes(bucket.name, wanted) === 0);
  }

  /** The bucket's leaves, an inline bucket's one included. Leaves are lent until the next one is asked for. */
  *leaves({ root }: Bucket, options: WalkOptions = { claims: new PageClaims(this.reader) }): Generator<Leaf> {
    if ('bytes' in root) {
      const leaf = this.#inlineLeaf(root);
      this.#refuseNesting(leaf);
      yield leaf;
      return;
    }
    for (const leaf of walkTree(this.reader, root.page, options)) {
      this.#refuseNesting(leaf);
      yield leaf;
    }
  }

  /** The bucket's pairs in the order of their keys. */
  *pairs(bucket: Bucket, order: 'ascending' | 'descending' = 'ascending'): Generator<Pair> {
    for (const leaf of this.leaves(bucket, { claims: new PageClaims(this.reader), order })) {
      for (let step = 0; step < leaf.count; step++) {
        const index = order === 'ascending' ? step : leaf.count - 1 - step;
        yield { key: leaf.key(index), value: leaf.value(index) };
      }
    }
  }

  /** A copy of the value, or nothing. Reads the whole bucket: for the small ones. */
  get(bucket: Bucket, key: Uint8Array): Uint8Array | undefined {
    for (const pair of this.pairs(bucket)) {
      if (compareBytes(pair.key, key) === 0) return new Uint8Array(pair.value);
    }
    return undefined;
  }

  #bucketAt(leaf: Leaf, index: number): Bucket {
    const value = leaf.value(index);
    const offset = leaf.place.offset + leaf.keyEnd(index);
    if (!leaf.isBucket(index)) throw this.reader.corrupt('a key-value pair is outside of any bucket', offset);
    if (value.length < BUCKET_HEADER_BYTES) throw this.reader.corrupt('a bucket has no root page', offset);
    const page = pageNumber(new DataView(value.buffer, value.byteOffset, BUCKET_HEADER_BYTES), 0);
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
    const header = new DataView(bytes.buffer, bytes.byteOffset, PAGE_HEADER_BYTES);
    if (header.getUint16(8, true) !== LEAF_PAGE) {
      throw this.reader.corrupt('an inline bucket is not a leaf page', offset + 8);
    }
    const place = { path: this.reader.source.path, offset };
    const leaf = new Leaf(bytes, header.getUint16(10, true), place);
    checkLeaf(this.reader, leaf, { lower: undefined, upper: undefined });
    return leaf;
  }

  #refuseNesting(leaf: Leaf): void {
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
