import { CorruptFileError } from '../../model/errors.js';
import type { ByteSource } from '../byte-source.js';
import { META_BYTES, META_PAGE, PAGE_HEADER_BYTES, pageNumber } from './format.js';

const MAGIC = 0xed0cdaed;
const VERSION = 2;
const NO_FREELIST = 0xffff_ffff_ffff_ffffn;
const MIN_PAGE_SIZE_BYTES = 1024;
const MAX_PAGE_SIZE_BYTES = 1 << 24;
const CHECKSUM_OFFSET = 56;
const HEADER_AND_META_BYTES = PAGE_HEADER_BYTES + META_BYTES;

/** The state of a database after one commit. */
export interface Meta {
  readonly pageSizeBytes: number;
  readonly rootPage: number;
  /** Undefined when no freelist is stored. */
  readonly freelistPage: number | undefined;
  /** The first page that was never used, which is the size of the database in pages. */
  readonly highWaterPage: number;
  readonly transactionId: bigint;
}

/** Whether the bytes can be the start of a database: the magic number of the first meta is there. */
export function hasMetaMagic(bytes: Uint8Array): boolean {
  if (bytes.length < HEADER_AND_META_BYTES) return false;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(PAGE_HEADER_BYTES, true) === MAGIC;
}

/** The meta after the page header at the start of `page`; undefined when magic, version or checksum are wrong. */
function readMeta(page: Uint8Array): Meta | undefined {
  const view = new DataView(page.buffer, page.byteOffset + PAGE_HEADER_BYTES, META_BYTES);
  const isMeta = view.getUint32(0, true) === MAGIC && view.getUint32(4, true) === VERSION;
  if (!isMeta || view.getBigUint64(CHECKSUM_OFFSET, true) !== checksum(view)) return undefined;
  const freelist = view.getBigUint64(32, true);
  return {
    pageSizeBytes: view.getUint32(8, true),
    rootPage: pageNumber(page, PAGE_HEADER_BYTES + 16),
    freelistPage: freelist === NO_FREELIST ? undefined : pageNumber(page, PAGE_HEADER_BYTES + 32),
    highWaterPage: pageNumber(page, PAGE_HEADER_BYTES + 40),
    transactionId: view.getBigUint64(48, true),
  };
}

/** A page with its header and the meta. */
export function metaPage(page: 0 | 1, meta: Meta): Uint8Array {
  const bytes = new Uint8Array(meta.pageSizeBytes);
  const header = new DataView(bytes.buffer);
  header.setBigUint64(0, BigInt(page), true);
  header.setUint16(8, META_PAGE, true);
  const view = new DataView(bytes.buffer, PAGE_HEADER_BYTES, META_BYTES);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, VERSION, true);
  view.setUint32(8, meta.pageSizeBytes, true);
  view.setBigUint64(16, BigInt(meta.rootPage), true);
  view.setBigUint64(32, meta.freelistPage === undefined ? NO_FREELIST : BigInt(meta.freelistPage), true);
  view.setBigUint64(40, BigInt(meta.highWaterPage), true);
  view.setBigUint64(48, meta.transactionId, true);
  view.setBigUint64(CHECKSUM_OFFSET, checksum(view), true);
  return bytes;
}

/**
 * The newest valid meta. When the first one is damaged, the page size is unknown, and the second one is searched at the offset of each
 * possible page size. Throws `CorruptFileError` when neither is valid, or when the newest has impossible values.
 */
export function findMeta(source: ByteSource): Meta {
  const first = metaAt(source, 0);
  const second = first === undefined ? probeSecondMeta(source) : metaAt(source, first.pageSizeBytes);
  const meta =
    first === undefined || (second !== undefined && second.transactionId > first.transactionId)
      ? second
      : first;
  if (meta === undefined) {
    throw new CorruptFileError('the file is not an etcd database (no valid meta page)', source.path, 0);
  }
  validateMeta(meta, source);
  return meta;
}

function metaAt(source: ByteSource, offset: number): Meta | undefined {
  if (offset + HEADER_AND_META_BYTES > source.sizeBytes) return undefined;
  return readMeta(source.read(offset, HEADER_AND_META_BYTES));
}

function probeSecondMeta(source: ByteSource): Meta | undefined {
  for (let offset = MIN_PAGE_SIZE_BYTES; offset <= MAX_PAGE_SIZE_BYTES; offset *= 2) {
    const meta = metaAt(source, offset);
    if (meta?.pageSizeBytes === offset) return meta;
  }
  return undefined;
}

function validateMeta(meta: Meta, source: ByteSource): void {
  const { pageSizeBytes, highWaterPage, rootPage, freelistPage } = meta;
  const isPowerOfTwo = (pageSizeBytes & (pageSizeBytes - 1)) === 0;
  if (!isPowerOfTwo || pageSizeBytes < MIN_PAGE_SIZE_BYTES || pageSizeBytes > MAX_PAGE_SIZE_BYTES) {
    throw new CorruptFileError(
      `the meta page has an invalid page size of ${pageSizeBytes} bytes`,
      source.path,
      0,
    );
  }
  const neededBytes = highWaterPage * pageSizeBytes;
  if (neededBytes > source.sizeBytes) {
    throw new CorruptFileError(
      `the file is truncated: the database has ${neededBytes} bytes, the file ${source.sizeBytes}`,
      source.path,
      source.sizeBytes,
    );
  }
  for (const [what, page] of [
    ['root', rootPage],
    ['freelist', freelistPage],
  ] as const) {
    if (page !== undefined && (page < 2 || page >= highWaterPage)) {
      throw new CorruptFileError(
        `the meta page has the ${what} at page ${page}, but the database has ${highWaterPage} pages`,
        source.path,
        0,
      );
    }
  }
}

/** FNV-1a, 64 bits, over the fields before the checksum. */
function checksum(view: DataView): bigint {
  let hash = 0xcbf29ce484222325n;
  for (let offset = 0; offset < CHECKSUM_OFFSET; offset++) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(view.getUint8(offset))) * 0x100000001b3n);
  }
  return hash;
}
