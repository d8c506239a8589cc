/**
 * # A bbolt database file
 *
 * etcd keeps everything in one file of go.etcd.io/bbolt (read from bbolt v1.4, internal/common and tx_check.go, and
 * measured on files of etcd 3.4 to 3.7).
 *
 * **Pages.** The file is an array of pages of equal size: 4096 bytes on most machines, 16384 on Apple silicon. Page n
 * starts at n × page size. A page has a header of 16 bytes: id (u64, equal to n), kind (u16: 1 branch, 2 leaf, 4 meta,
 * 16 freelist), count of elements (u16), overflow (u32): how many of the following pages belong to this one. Those have
 * no header; they hold raw data. All numbers are little-endian.
 *
 * **Metas.** Pages 0 and 1 each hold a meta (64 bytes behind the header, see meta.ts): page size, the page of the root
 * bucket, the page of the freelist, the high water mark (first page never used) and a transaction number. Commits write
 * them in turn; the valid one with the higher transaction number counts. Nothing at or above its high water mark belongs
 * to the database: a snapshot's trailer lies there, or space that the server has reserved.
 *
 * **Trees.** A bucket is a B+ tree. Leaf pages hold pairs, branch pages hold keys and the pages below them; a branch
 * key is the first key of its child. Elements (16 bytes each) follow the page header:
 * - leaf: flags u32 (1: the value is a bucket), position u32, key length u32, value length u32
 * - branch: position u32, key length u32, child page u64
 *
 * A position counts from the element's own start. The keys and values lie behind the elements in the same order, value
 * directly behind key, without gaps or alignment. Keys ascend strictly, compared as unsigned bytes.
 *
 * **Buckets.** The root tree has one bucket element for each bucket: root page u64, sequence u64 (unused by etcd). A
 * root page of 0 marks an inline bucket: a whole leaf page, header included, follows in the value. bbolt inlines
 * buckets of up to a quarter page. etcd never puts a bucket into a bucket.
 *
 * **Freelist.** Ids of unused pages, u64 each, ascending, behind the header of the freelist's page. When their count
 * does not fit the header it says 0xFFFF and the first u64 is the count. A freelist page of 2^64 − 1 means that none is
 * stored: etcd on Linux never stores one, and every page that no tree reaches is free.
 *
 * **What is doubted.** The file may come from anywhere. Page ids, counts, positions and lengths are checked against the
 * page, the page against the high water mark, the high water mark against the file, before memory is taken. A walk
 * marks the pages it has seen and refuses to see one twice, so that loops end, also between buckets; elements must not
 * share payload, so that no walk handles more bytes than the file has.
 */
export const PAGE_HEADER_BYTES = 16;
export const ELEMENT_BYTES = 16;
/** Root page and sequence, in front of an inline bucket's page. */
export const BUCKET_HEADER_BYTES = 16;
export const META_BYTES = 64;

export const BRANCH_PAGE = 0x01;
export const LEAF_PAGE = 0x02;
export const META_PAGE = 0x04;
export const FREELIST_PAGE = 0x10;

export const BUCKET_ELEMENT = 1;

/** In the header of a freelist: the count did not fit. */
export const COUNT_ELSEWHERE = 0xffff;

/** The share of a page that is filled, so that later changes find room. etcd's defragmentation uses the same. */
export const FILL_SHARE = 0.9;
/** A bucket up to this share of a page is inlined. */
export const INLINE_SHARE = 0.25;

/** etcd makes ten. The limit keeps a hostile file from making more than memory holds. */
export const MAX_BUCKETS = 1000;
/** bbolt takes no longer ones. */
export const MAX_KEY_BYTES = 32_768;
/** Branch pages above a leaf. With two children each there would be more leaves than files have bytes. */
export const MAX_LEVELS = 64;
/** A page with all its overflow; bbolt's values end below 2 GiB. */
export const MAX_PAGE_BYTES = 2 ** 31;

/**
 * A page number of 64 bits as a double: exact below 2^53, and beyond that as good as any other number that no file
 * has a page for.
 */
export function pageNumber(view: DataView, offset: number): number {
  return view.getUint32(offset + 4, true) * 2 ** 32 + view.getUint32(offset, true);
}

/** Unsigned bytewise order, the order of keys: negative, zero or positive. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** The same within one array, without taking parts of it. */
export function compareSpans(
  bytes: Uint8Array,
  [aStart, aEnd]: readonly [start: number, end: number],
  [bStart, bEnd]: readonly [start: number, end: number],
): number {
  const length = Math.min(aEnd - aStart, bEnd - bStart);
  for (let index = 0; index < length; index++) {
    const difference = (bytes[aStart + index] ?? 0) - (bytes[bStart + index] ?? 0);
    if (difference !== 0) return difference;
  }
  return aEnd - aStart - (bEnd - bStart);
}
