/**
 * # A bbolt database file
 *
 * etcd stores its data in one file of go.etcd.io/bbolt (read from bbolt v1.4, internal/common and tx_check.go, and measured on
 * files of etcd 3.4 to 3.7).
 *
 * **Pages.** The file is an array of pages of equal size: 4096 bytes on most machines, 16384 on Apple silicon. Page n
 * starts at n × page size. A page has a header of 16 bytes: id (u64, equal to n), kind (u16: 1 branch, 2 leaf, 4 meta,
 * 16 freelist), count of elements (u16), overflow (u32): how many of the following pages belong to this one. Those pages have
 * no header of their own. All numbers are little-endian.
 *
 * **Metas.** Pages 0 and 1 each hold a meta (64 bytes after the header, see meta.ts): page size, the page of the root bucket,
 * the page of the freelist, the high water mark (the first page that was never used) and a transaction id. Commits write them
 * alternately; the valid one with the higher transaction id is current. Pages at or above its high water mark do not belong to
 * the database: the trailer of a snapshot is there, or space that the server has preallocated.
 *
 * **Trees.** A bucket is a B+ tree. Leaf pages hold pairs, branch pages hold keys and page numbers of children; the key of a
 * branch element is the first key of its child. Elements (16 bytes each) follow the page header:
 * - leaf: flags u32 (1: the value is a bucket), position u32, key length u32, value length u32
 * - branch: position u32, key length u32, child page u64
 *
 * A position is relative to the start of its element. The keys and values follow the elements in the same order, each value
 * directly after its key, without gaps or alignment. Keys ascend strictly, compared as unsigned bytes.
 *
 * **Buckets.** The root tree has one bucket element for each bucket: root page u64, sequence u64 (unused by etcd). A
 * root page of 0 marks an inline bucket: its leaf page, with its header, follows in the value. bbolt inlines
 * buckets of up to a quarter page. etcd does not nest buckets.
 *
 * **Freelist.** Ids of unused pages, u64 each, ascending, after the header of the freelist's page. When the count does not fit
 * into the header, the header has 0xFFFF and the first u64 is the count. A freelist page of 2^64 − 1 in the meta means that no
 * freelist is stored: etcd on Linux never stores one, and every page that is not reachable is free.
 *
 * **Checks.** The file is untrusted input. Counts, positions and lengths are checked against the page, page ids against the high
 * water mark and the high water mark against the size of the file, before memory is allocated. A walk records the pages that
 * it has reached and rejects a page that it reaches twice, also from another bucket, so that cycles end. Elements must not
 * overlap, so that no walk processes more bytes than the file has.
 */
export const PAGE_HEADER_BYTES = 16;
export const ELEMENT_BYTES = 16;
/** Root page and sequence of a bucket. The page of an inline bucket follows. */
export const BUCKET_HEADER_BYTES = 16;
export const META_BYTES = 64;

export const BRANCH_PAGE = 0x01;
export const LEAF_PAGE = 0x02;
export const META_PAGE = 0x04;
export const FREELIST_PAGE = 0x10;

export const BUCKET_ELEMENT = 1;

/** The count in the header of a freelist whose real count is its first u64. */
export const COUNT_IN_FIRST_ELEMENT = 0xffff;

/** Pages are filled up to this fraction, which leaves space for later inserts. etcd's defragmentation uses the same. */
export const FILL_FRACTION = 0.9;
/** A bucket up to this fraction of a page is inlined. */
export const MAX_INLINE_FRACTION = 0.25;

/** etcd creates ten. The limit bounds the memory for the buckets of a hostile file. */
export const MAX_BUCKETS = 1000;
/** bbolt rejects longer keys (`MaxKeySize`). */
export const MAX_KEY_BYTES = 32_768;
/** The most branch pages above a leaf. With two children each, 64 levels have more leaves than a file has bytes. */
export const MAX_LEVELS = 64;
/** The most bytes of a page with its overflow. Values in bbolt are smaller than 2 GiB (`MaxValueSize`). */
export const MAX_PAGE_BYTES = 2 ** 31;

/**
 * A 64-bit page number as a double. It is exact below 2^53. Larger numbers are above every high water mark, so their precision does not
 * matter.
 */
export function pageNumber(bytes: Uint8Array, at: number): number {
  return uint32(bytes, at + 4) * 2 ** 32 + uint32(bytes, at);
}

/** Compares as unsigned bytes, which is the order of keys. Returns a negative number, zero or a positive number. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Little-endian, without a `DataView`: one for each page is a large part of the garbage of reading a file. */
export function uint32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)) >>>
    0
  );
}

export function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
}
