import { withMeta, writeDatabase } from './databases.js';

/** The page size of the databases here. */
export const PAGE = 1024;
const BARE = writeDatabase({ key: [['a', 'b']] }, PAGE);
/** The number of pages of the small database. */
export const USED = BARE.length / PAGE;

export interface FreelistShape {
  readonly ids: readonly number[];
  readonly highWaterPage: number;
  readonly kind?: number;
  readonly claimedCount?: number;
}

/** A small database followed by a freelist, and by unused pages up to the high water mark. */
export function withFreelist({ ids, highWaterPage, kind = 0x10, claimedCount }: FreelistShape): Uint8Array {
  const isLong = ids.length >= 0xffff;
  const words = isLong ? [ids.length, ...ids] : ids;
  const pageCount = Math.ceil((16 + 8 * words.length) / PAGE);
  const bytes = new Uint8Array(Math.max(highWaterPage, USED + pageCount) * PAGE);
  bytes.set(withMeta(BARE, { freelistPage: undefined }));
  const view = new DataView(bytes.buffer, USED * PAGE);
  view.setBigUint64(0, BigInt(USED), true);
  view.setUint16(8, kind, true);
  view.setUint16(10, claimedCount ?? (isLong ? 0xffff : ids.length), true);
  view.setUint32(12, pageCount - 1, true);
  for (const [index, id] of words.entries()) view.setBigUint64(16 + 8 * index, BigInt(id), true);
  return withMeta(bytes, { freelistPage: USED, highWaterPage });
}

export function range(first: number, end: number): number[] {
  return Array.from({ length: end - first }, (_, index) => first + index);
}
