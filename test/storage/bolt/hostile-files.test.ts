import { describe, expect, it } from 'vitest';
import { backendHash } from '../../../src/storage/backend/backend-hash.js';
import { rewriteDatabase } from '../../../src/storage/backend/rewrite.js';
import { BoltFile } from '../../../src/storage/bolt/bolt-file.js';
import { checkedLeaves } from '../../../src/storage/bolt/check.js';
import { MAX_LEVELS } from '../../../src/storage/bolt/format.js';
import { metaPage } from '../../../src/storage/bolt/meta.js';
import { PageWriter } from '../../../src/storage/bolt/page-writer.js';
import { TreeWriter } from '../../../src/storage/bolt/tree-writer.js';
import { writeDatabase } from '../support/databases.js';
import { MemoryByteSink, StrictByteSource } from '../support/memory.js';

const PAGE = 1024;
const PAIRS = Array.from({ length: 50 }, (_, index) => [`key-${100 + index}`, 'v'.repeat(60)] as const);

function open(bytes: Uint8Array): BoltFile {
  return BoltFile.open(new StrictByteSource(bytes));
}

function check(bolt: BoltFile): void {
  for (const _ of checkedLeaves(bolt));
}

/** A database in which two buckets have the same tree. */
function sharedTree(): Uint8Array {
  const bytes = writeDatabase({ alarm: PAIRS, auth: PAIRS });
  const view = new DataView(bytes.buffer);
  const { meta } = open(bytes);
  const element = (index: number) => meta.rootPage * PAGE + 16 + index * 16;
  const value = (index: number) =>
    element(index) + view.getUint32(element(index) + 4, true) + view.getUint32(element(index) + 8, true);
  view.setBigUint64(value(0), view.getBigUint64(value(1), true), true);
  return bytes;
}

/** A tree in which each branch page has the page before it as its only child. */
function chain(levels: number): Uint8Array {
  const sink = new MemoryByteSink();
  const pages = new PageWriter(sink, PAGE);
  sink.append(new Uint8Array(2 * PAGE));
  let rootPage = new TreeWriter(pages).finish();
  for (let level = 0; level < levels; level++) {
    rootPage = pages.appendBranch([{ key: Buffer.from('k'), page: rootPage }]);
  }
  const highWaterPage = sink.position / PAGE;
  const meta = { pageSizeBytes: PAGE, rootPage, freelistPage: undefined, highWaterPage };
  sink.overwrite(0, metaPage(0, { ...meta, transactionId: 1n }));
  return sink.bytes;
}

describe('a hostile file', () => {
  it('is rejected when buckets share a tree, because a thousand of them would be copied a thousand times', async () => {
    const bolt = open(sharedTree());
    await expect(rewriteDatabase(bolt, new MemoryByteSink())).rejects.toThrow('is referenced twice');
    await expect(backendHash(bolt)).rejects.toThrow('is referenced twice');
    expect(() => check(bolt)).toThrow('is referenced twice');
  });

  it('is rejected when its tree has too many levels', () => {
    expect(open(chain(MAX_LEVELS)).buckets()).toEqual([]);
    expect(() => open(chain(MAX_LEVELS + 1)).buckets()).toThrow('the tree has more than 64 levels');
  });

  it('is rejected when a key is too long', () => {
    const longest = 'k'.repeat(32_768);
    check(open(writeDatabase({ key: [[longest, 'v']] })));
    expect(() => check(open(writeDatabase({ key: [[`${longest}k`, 'v']] })))).toThrow(
      'element 0 of a leaf page has a key that is too long',
    );
    expect(() => check(open(writeDatabase({ key: [...PAIRS, [`z${longest}`, '']] })))).toThrow(
      'element 1 of a branch page has a key that is too long',
    );
  });
});
