import { describe, expect, it } from 'vitest';
import { CorruptFileError } from '../../../src/model/errors.js';
import { BoltFile } from '../../../src/storage/bolt/bolt-file.js';
import { checkedLeaves } from '../../../src/storage/bolt/check.js';
import { metaPage } from '../../../src/storage/bolt/meta.js';
import { readDatabase, withMeta, writeDatabase } from '../support/databases.js';
import { SERVER_VERSIONS, snapshotOf } from '../support/fixtures.js';
import { StrictByteSource } from '../support/memory.js';

const BUCKETS = [
  ...['alarm', 'auth', 'authRoles', 'authUsers', 'cluster', 'key'],
  ...['lease', 'members', 'members_removed', 'meta'],
];

const MANY = Array.from({ length: 300 }, (_, index) => {
  return [`key-${String(index).padStart(4, '0')}`, 'v'.repeat(60)] as const;
});
/** From page 2 on: the leaves, a branch page as the bucket's root, and the root leaf. Pages of 1024 bytes. */
const TREE = writeDatabase({ key: MANY });
const PAGE = 1024;

function open(bytes: Uint8Array): BoltFile {
  return BoltFile.open(new StrictByteSource(bytes));
}

function check(bytes: Uint8Array, rejectWriteHazards = false): void {
  for (const _ of checkedLeaves(open(bytes), { rejectWriteHazards }));
}

function patched(bytes: Uint8Array, patch: (view: DataView, copy: Uint8Array) => void): Uint8Array {
  const copy = Uint8Array.from(bytes);
  patch(new DataView(copy.buffer), copy);
  return copy;
}

function branchPage(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let page = 2; page * PAGE < bytes.length; page++) {
    if (view.getUint16(page * PAGE + 8, true) === 1) return page;
  }
  throw new Error('the tree has no branch page');
}

describe('BoltFile', () => {
  it.each(SERVER_VERSIONS)('reads a database of etcd %s', (version) => {
    const bytes = snapshotOf(version);
    const contents = readDatabase(bytes);
    expect(Object.keys(contents)).toEqual(BUCKETS);
    expect(contents.members_removed).toEqual([]);
    expect(contents.members).toHaveLength(1);
    check(bytes, true);
  });

  it('returns the pairs in descending order', () => {
    const bolt = open(TREE);
    const bucket = bolt.buckets()[0];
    const keys =
      bucket && Array.from(bolt.pairs(bucket, 'descending'), ({ key }) => Buffer.from(key).toString());
    expect(keys).toEqual(MANY.map(([key]) => key).toReversed());
  });

  it('finds a bucket by name and a value by key', () => {
    const bolt = open(TREE);
    const bucket = bolt.bucket('key');
    expect(bucket && bolt.get(bucket, Buffer.from('key-0123'))).toHaveLength(60);
    expect(bucket && bolt.get(bucket, Buffer.from('key-9'))).toBeUndefined();
    expect(bolt.bucket('none')).toBeUndefined();
  });
});

describe('the meta pages', () => {
  it('have the same checksums as in bbolt', () => {
    const meta = { pageSizeBytes: 4096, rootPage: 3, freelistPage: 2, highWaterPage: 4 };
    const checksum = (page: 0 | 1, transaction: bigint) =>
      new DataView(metaPage(page, { ...meta, transactionId: transaction }).buffer).getBigUint64(72, true);
    expect(checksum(0, 0n)).toBe(0x07516e114689fdeen);
    expect(checksum(1, 1n)).toBe(0x264c351a5179480fn);
  });

  it('are used when the other one is damaged', () => {
    const damagedFirst = patched(TREE, (view) => view.setUint8(30, 77));
    const damagedSecond = patched(TREE, (view) => view.setUint8(PAGE + 30, 77));
    expect(open(damagedFirst).meta.transactionId).toBe(1n);
    expect(open(damagedSecond).meta.transactionId).toBe(2n);
    expect(readDatabase(damagedFirst)).toEqual({ key: MANY });
    expect(() => open(patched(damagedFirst, (view) => view.setUint8(PAGE + 30, 77)))).toThrow(
      'the file is not an etcd database',
    );
  });

  it.each([
    ['an empty file', new Uint8Array(0)],
    ['text', Buffer.from('not a database'.repeat(1000))],
    ['zeros', new Uint8Array(100_000)],
  ])('are not found in %s', (_what, bytes) => {
    expect(() => open(Uint8Array.from(bytes))).toThrow('the file is not an etcd database');
  });

  it('are checked for impossible values', () => {
    expect(() => open(withMeta(TREE, { rootPage: 1 }))).toThrow('has the root at page 1');
    expect(() => open(withMeta(TREE, { rootPage: 10_000 }))).toThrow('has the root at page 10000');
    expect(() => open(withMeta(TREE, { highWaterPage: 2 ** 51 }))).toThrow('the file is truncated');
  });
});

/** Sets the first byte of a key. */
function setKey(view: DataView, element: number, byte: number): void {
  view.setUint8(element + view.getUint32(element + 4, true), byte);
}

describe('checkedLeaves', () => {
  it.each<readonly [string, (view: DataView, branch: number) => void]>([
    ['has the page ID', (view) => view.setBigUint64(2 * PAGE, 9n, true)],
    ['has an unknown type', (view) => view.setUint16(2 * PAGE + 8, 3, true)],
    ['page 1 has the page ID 0', (view) => view.setBigUint64(PAGE, 0n, true)],
    ['page 1 has an unknown type', (view) => view.setUint16(PAGE + 8, 0, true)],
    ['extends over 4294967296 pages', (view) => view.setUint32(2 * PAGE + 12, 0xffff_ffff, true)],
    ['is too small for 65535 elements', (view) => view.setUint16(2 * PAGE + 10, 0xffff, true)],
    ['extends beyond its page', (view) => view.setUint32(2 * PAGE + 16 + 12, 0xffff_fff0, true)],
    ['overlaps the element before it', (view) => view.setUint32(2 * PAGE + 32 + 4, 16, true)],
    ['is referenced twice', (view, branch) => view.setBigUint64(branch * PAGE + 32 + 8, 2n, true)],
    [
      'is referenced twice',
      (view, branch) => view.setBigUint64(branch * PAGE + 32 + 8, BigInt(branch), true),
    ],
    ['is referenced, but', (view, branch) => view.setBigUint64(branch * PAGE + 24, 2n ** 63n, true)],
    ['is referenced, but', (view, branch) => view.setBigUint64(branch * PAGE + 24, 0n, true)],
    ['is empty', (view, branch) => view.setUint16(branch * PAGE + 10, 0, true)],
    ['is not greater than the one before', (view) => setKey(view, 2 * PAGE + 32, 0)],
    ['is smaller than the branch above', (view) => setKey(view, 3 * PAGE + 16, 0)],
    [
      'is greater than the branch above',
      (view) => setKey(view, 2 * PAGE + 16 * view.getUint16(2 * PAGE + 10, true), 0xff),
    ],
  ])('reports a defect: %s', (message, patch) => {
    const bytes = patched(TREE, (view) => patch(view, branchPage(TREE)));
    expect(() => check(bytes)).toThrow(message);
    expect(() => check(bytes)).toThrow(CorruptFileError);
  });

  it('rejects a wrong branch key only with rejectWriteHazards, because the check of bbolt allows it', () => {
    const branch = branchPage(TREE);
    const otherKey = patched(TREE, (view) => {
      const element = branch * PAGE + 32;
      const start = element + view.getUint32(element, true);
      const length = view.getUint32(element + 4, true);
      view.setUint8(start + length - 1, view.getUint8(start + length - 1) - 1);
    });
    check(otherKey);
    expect(() => check(otherKey, true)).toThrow('is not its key in the branch above');
  });

  it('rejects a branch page with one child only with rejectWriteHazards', () => {
    const small = writeDatabase({ key: MANY.slice(0, 20) });
    const branch = branchPage(small);
    const single = patched(small, (view) => view.setUint16(branch * PAGE + 10, 1, true));
    check(single);
    expect(() => check(single, true)).toThrow('has a single child');
  });
});
