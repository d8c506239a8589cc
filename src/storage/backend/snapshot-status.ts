import type { BoltFile, Bucket } from '../bolt/bolt-file.js';
import { checkedLeaves } from '../bolt/check.js';
import type { Leaf } from '../bolt/leaf.js';
import { Crc32c } from '../crc32c.js';
import { LongTask, type LongTaskOptions } from '../long-task.js';
import { KeyTable } from './key-table.js';
import { KeyValueSpans } from './key-value-spans.js';
import { readMetaValues } from './meta-bucket.js';
import { decodeRevisionKey, isTombstone, revisionKeyError } from './revision-key.js';
import { BUCKETS } from './schema.js';

export interface SnapshotStatus {
  /** CRC-32C over the names and pairs of all buckets, in order. It does not depend on the layout of the pages. */
  readonly hash: number;
  /** The revision of the last change; 0 in an empty store. */
  readonly revision: bigint;
  readonly totalKeys: number;
  /** The size of the database in bytes, with unused pages, without the trailer and preallocated space. */
  readonly totalSizeBytes: number;
  /** Empty for databases of etcd before 3.6. */
  readonly storageVersion: string;
}

/**
 * What is counted as a key. `pairs`: all pairs of all buckets, as in etcdctl and etcdutl up to 3.5. `user-keys`: the distinct keys that
 * exist, as in etcdutl from 3.6 on; a malformed record is an error then.
 */
export type KeyCounting = 'pairs' | 'user-keys';

export interface StatusOptions extends LongTaskOptions {
  readonly counting: KeyCounting;
}

/**
 * Checks the database (see `checkedLeaves`) and collects its status in one pass. Progress counts bytes of the database. Throws
 * `CorruptFileError`.
 */
export async function snapshotStatus(bolt: BoltFile, options: StatusOptions): Promise<SnapshotStatus> {
  const task = new LongTask(bolt.sizeBytes, options);
  const collector = new StatusCollector(bolt, options.counting);
  for (const { bucket, leaf } of checkedLeaves(bolt)) {
    collector.add(bucket, leaf);
    if (task.shouldYield(leaf.bytes.length)) await task.yield();
  }
  return { ...collector.result(), storageVersion: readMetaValues(bolt).storageVersion ?? '' };
}

class StatusCollector {
  readonly #bolt: BoltFile;
  readonly #counting: KeyCounting;
  readonly #hash = new Crc32c();
  /** 1: the key exists after the changes so far. */
  readonly #keys = new KeyTable();
  #liveCount = 0;
  #bucket: Bucket | undefined;
  #isKeyBucket = false;
  readonly #spans = new KeyValueSpans();
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
      totalKeys: this.#counting === 'pairs' ? this.#pairCount : this.#liveCount,
      totalSizeBytes: this.#bolt.sizeBytes,
    };
  }

  #addHistory(leaf: Leaf): void {
    for (let index = 0; index < leaf.count; index++) {
      const record = { bytes: leaf.bytes, start: leaf.keyStart(index), end: leaf.keyEnd(index) };
      const error = revisionKeyError(record);
      if (error !== undefined) throw this.#bolt.reader.corrupt(error, leaf.offsetOf(index));
      if (this.#counting === 'pairs') continue;
      if (!this.#spans.find(leaf.bytes, record.end, leaf.valueEnd(index))) {
        throw this.#bolt.reader.corrupt(
          'cannot decode a record of the key-value history',
          leaf.offsetOf(index),
        );
      }
      this.#keys.find(leaf.bytes, this.#spans.keyStart, this.#spans.keyEnd);
      const isLive = isTombstone(record) ? 0 : 1;
      this.#liveCount += isLive - this.#keys.number;
      this.#keys.number = isLive;
    }
    this.#revision = decodeRevisionKey(leaf.key(leaf.count - 1)).main;
  }
}

const KEY_BUCKET = Buffer.from(BUCKETS.key);

/** Adds all pairs of the leaf to the hash. They are usually contiguous in the page, so that one update is enough. */
export function hashLeaf(hash: Crc32c, leaf: Leaf): void {
  for (let index = 0; index < leaf.count; ) {
    const { next, end } = leaf.contiguousRun(index);
    hash.update(leaf.bytes, leaf.keyStart(index), end);
    index = next;
  }
}
