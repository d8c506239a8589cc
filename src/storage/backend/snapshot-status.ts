import type { BoltFile, Bucket } from '../bolt/bolt-file.js';
import { checkedLeaves } from '../bolt/check.js';
import type { Leaf } from '../bolt/leaf.js';
import { Crc32c } from '../crc32c.js';
import { Pace, type PaceOptions } from '../pace.js';
import { findUserKey, KeyTable, NumberList } from './key-table.js';
import { readMetaValues } from './meta-bucket.js';
import { decodeRevisionKey, isTombstone, revisionKeyDefect } from './revision-key.js';
import { BUCKETS } from './schema.js';

export interface SnapshotStatus {
  /** CRC-32C over the names and pairs of all buckets, in order. Independent of how pages lie in the file. */
  readonly hash: number;
  /** Of the last change; 0 in an empty store. */
  readonly revision: bigint;
  readonly totalKeys: number;
  /** Of the database in bytes, unused pages included, trailer and reserve not. */
  readonly totalSizeBytes: number;
  /** Empty below etcd 3.6. */
  readonly storageVersion: string;
}

/**
 * What "keys" means: `pairs`: all pairs in all buckets, as etcdctl and etcdutl count up to 3.5. `user-keys`: the
 * distinct keys that exist, as etcdutl counts from 3.6 on; records that are malformed are an error then.
 */
export type KeyCounting = 'pairs' | 'user-keys';

export interface StatusOptions extends PaceOptions {
  readonly counting: KeyCounting;
}

/**
 * Checks the database (see `checkedLeaves`) and sums it up, in one pass. Progress counts bytes of the database.
 * Throws `CorruptFileError`.
 */
export async function snapshotStatus(bolt: BoltFile, options: StatusOptions): Promise<SnapshotStatus> {
  const pace = new Pace(bolt.sizeBytes, options);
  const tally = new Tally(bolt, options.counting);
  for (const { bucket, leaf } of checkedLeaves(bolt)) {
    tally.add(bucket, leaf);
    if (pace.isDue(leaf.bytes.length)) await pace.rest();
  }
  return { ...tally.result(), storageVersion: readMetaValues(bolt).storageVersion ?? '' };
}

class Tally {
  readonly #bolt: BoltFile;
  readonly #counting: KeyCounting;
  readonly #hash = new Crc32c();
  readonly #live = new LiveKeys();
  #bucket: Bucket | undefined;
  #isKeyBucket = false;
  #pairCount = 0;
  #revision = 0n;

  constructor(bolt: BoltFile, counting: KeyCounting) {
    this.#bolt = bolt;
    this.#counting = counting;
  }

  add(bucket: Bucket, leaf: Leaf): void {
    if (bucket !== this.#bucket) {
      this.#bucket = bucket;
      this.#isKeyBucket = Buffer.from(bucket.name).equals(KEY_BUCKET);
      this.#hash.update(bucket.name);
    }
    hashLeaf(this.#hash, leaf);
    this.#pairCount += leaf.count;
    if (this.#isKeyBucket && leaf.count > 0) this.#addHistory(leaf);
  }

  result(): Omit<SnapshotStatus, 'storageVersion'> {
    return {
      hash: this.#hash.value,
      revision: this.#revision,
      totalKeys: this.#counting === 'pairs' ? this.#pairCount : this.#live.count,
      totalSizeBytes: this.#bolt.sizeBytes,
    };
  }

  #addHistory(leaf: Leaf): void {
    for (let index = 0; index < leaf.count; index++) {
      const record = { bytes: leaf.bytes, start: leaf.keyStart(index), end: leaf.keyEnd(index) };
      const defect = revisionKeyDefect(record);
      if (defect !== undefined) throw this.#bolt.reader.corrupt(defect, leaf.offsetOf(index));
      if (this.#counting === 'pairs') continue;
      const userKey = findUserKey(leaf.bytes, record.end, leaf.valueEnd(index));
      if (userKey === undefined) {
        throw this.#bolt.reader.corrupt(
          'cannot decode a record of the key-value history',
          leaf.offsetOf(index),
        );
      }
      this.#live.replay({ bytes: leaf.bytes, ...userKey }, isTombstone(record));
    }
    this.#revision = decodeRevisionKey(leaf.key(leaf.count - 1)).main;
  }
}

const KEY_BUCKET = Buffer.from(BUCKETS.key);

/** Pairs lie in a page without gaps, so that mostly one update takes them all. */
export function hashLeaf(hash: Crc32c, leaf: Leaf): void {
  for (let index = 0; index < leaf.count; ) {
    const { next, end } = leaf.runEnd(index);
    hash.update(leaf.bytes, leaf.keyStart(index), end);
    index = next;
  }
}

/** The keys that exist after the changes so far. */
class LiveKeys {
  readonly #keys = new KeyTable();
  readonly #isLive = new NumberList();
  count = 0;

  replay(
    key: { readonly bytes: Uint8Array; readonly start: number; readonly end: number },
    isDeletion: boolean,
  ): void {
    const number = this.#keys.numberOf(key.bytes, key.start, key.end);
    const isLive = isDeletion ? 0 : 1;
    this.count += isLive - this.#isLive.get(number);
    this.#isLive.set(number, isLive);
  }
}
