/** Makes snapshots that the servers at hand do not save, from a snapshot of a server. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { BoltFile } from '../../../src/storage/bolt/bolt-file.js';
import { FREELIST_PAGE, PAGE_HEADER_BYTES } from '../../../src/storage/bolt/format.js';
import { metaPage } from '../../../src/storage/bolt/meta.js';
import { ReachablePages } from '../../../src/storage/bolt/reachable-pages.js';
import { readDatabase, writeDatabase } from '../../storage/support/databases.js';
import { MemoryByteSource } from '../../storage/support/memory.js';

/** Writes the same contents with another page size, as machines with larger memory pages do. */
export function withPageSize(snapshot: string, target: string, pageSizeBytes: number): void {
  const image = writeDatabase(readDatabase(Uint8Array.from(readFileSync(snapshot))), pageSizeBytes);
  writeFileSync(target, Buffer.concat([image, createHash('sha256').update(image).digest()]));
}

/**
 * Writes a database file with a stored freelist, as servers on macOS and Windows do. The number of free pages exceeds the count field
 * of the freelist page's header. The pages are holes in the file.
 */
export function withLongFreelist(snapshot: string, target: string, freePages: number): void {
  const image = readFileSync(snapshot).subarray(0, -32);
  const { meta } = BoltFile.open(new MemoryByteSource(image));
  const { pageSizeBytes, highWaterPage: freelistPage } = meta;
  const ownPages = Math.ceil((PAGE_HEADER_BYTES + 8 * (freePages + 1)) / pageSizeBytes);
  const unused = unreachedPages(image);
  const highWaterPage = freelistPage + ownPages + freePages - unused.length;
  const free = [...unused, ...range(freelistPage + ownPages, freePages - unused.length)];
  const list = Buffer.alloc(ownPages * pageSizeBytes);
  list.writeBigUInt64LE(BigInt(freelistPage), 0);
  list.writeUInt16LE(FREELIST_PAGE, 8);
  list.writeUInt16LE(0xffff, 10);
  list.writeUInt32LE(ownPages - 1, 12);
  for (const [index, page] of [free.length, ...free].entries()) {
    list.writeBigUInt64LE(BigInt(page), PAGE_HEADER_BYTES + 8 * index);
  }
  const changed = { ...meta, freelistPage, highWaterPage };
  const file = openSync(target, 'w');
  writeSync(file, image);
  writeSync(file, list);
  writeSync(file, metaPage(0, { ...changed, transactionId: 10n ** 6n }), 0, pageSizeBytes, 0);
  writeSync(
    file,
    metaPage(1, { ...changed, transactionId: 10n ** 6n + 1n }),
    0,
    pageSizeBytes,
    pageSizeBytes,
  );
  closeSync(file);
  truncateSync(target, highWaterPage * pageSizeBytes);
}

/** The free pages of a database without a stored freelist: those that no B+ tree refers to. */
function unreachedPages(image: Uint8Array): number[] {
  const bolt = BoltFile.open(new MemoryByteSource(image));
  const reachable = new ReachablePages(bolt.reader);
  for (const bucket of bolt.buckets({ reachable })) for (const _ of bolt.leaves(bucket, { reachable }));
  return range(2, bolt.meta.highWaterPage - 2).filter((page) => !reachable.has(page));
}

function range(first: number, length: number): number[] {
  return Array.from({ length }, (_, index) => first + index);
}
