/**
 * # Compressed snapshots
 *
 * A compressed snapshot is a file in zstd's seekable format (zstd's contrib/seekable_format/zstd_seekable_compression_format.md, 0.1.0):
 * the snapshot in blocks of the same size, each compressed to a zstd frame of its own, and at the end a table of the frames in a
 * skippable frame. `zstd -d` decompresses it as any other file; this program finds any byte of the snapshot without decompressing
 * what is before it. All numbers are little-endian:
 *
 * - skippable frame: magic 0x184D2A5E and the number of bytes that follow, each 4 bytes
 * - for each frame: its compressed and its decompressed size, each 4 bytes, and 4 bytes of checksum if the descriptor says so
 * - the number of frames (4 bytes), the descriptor (1 byte; bit 7: with checksums), magic 0x8F92EAB1
 */
import type { ByteSource } from '../byte-source.js';

/** The size of the blocks that are written, before compression. Blocks of 1 MiB make files 0.5 % smaller, of 128 KiB 4 % larger. */
export const BLOCK_BYTES = 512 << 10;

/** Larger frames are not decompressed in memory. Other programs write blocks of up to a few MiB. */
const MAX_BLOCK_BYTES = 8 << 20;
/** Makes 512 GiB with our blocks. */
const MAX_FRAMES = 1 << 20;
/** The header of a frame and that of a block. */
const MIN_FRAME_BYTES = 9;

const TABLE_MAGIC = 0x184d2a5e;
const FOOTER_MAGIC = 0x8f92eab1;
const HEADER_BYTES = 8;
const FOOTER_BYTES = 9;
const ENTRY_BYTES = 8;
const CHECKSUM_BYTES = 4;
const HAS_CHECKSUMS = 0x80;
const RESERVED_BITS = 0x7c;

/** Where the frames are. Both arrays have one more element than there are frames: the end. */
export interface SeekTable {
  /** Offsets in the compressed file. */
  readonly frameOffsets: Float64Array;
  /** Offsets in the decompressed bytes. */
  readonly contentOffsets: Float64Array;
}

export interface FrameSizes {
  readonly frameBytes: number;
  readonly contentBytes: number;
}

export function encodeSeekTable(frames: readonly FrameSizes[]): Uint8Array {
  const table = new DataView(new ArrayBuffer(HEADER_BYTES + frames.length * ENTRY_BYTES + FOOTER_BYTES));
  table.setUint32(0, TABLE_MAGIC, true);
  table.setUint32(4, table.byteLength - HEADER_BYTES, true);
  for (const [index, { frameBytes, contentBytes }] of frames.entries()) {
    table.setUint32(HEADER_BYTES + index * ENTRY_BYTES, frameBytes, true);
    table.setUint32(HEADER_BYTES + index * ENTRY_BYTES + 4, contentBytes, true);
  }
  const footer = table.byteLength - FOOTER_BYTES;
  table.setUint32(footer, frames.length, true);
  table.setUint32(footer + 5, FOOTER_MAGIC, true);
  return new Uint8Array(table.buffer);
}

/** Undefined when there is no table at the end of the file, or its sizes are not those of the file, or its blocks are too large. */
export function readSeekTable(source: ByteSource): SeekTable | undefined {
  const { sizeBytes } = source;
  if (sizeBytes < HEADER_BYTES + FOOTER_BYTES) return undefined;
  const footer = viewOf(source, sizeBytes - FOOTER_BYTES, FOOTER_BYTES);
  const count = footer.getUint32(0, true);
  const descriptor = footer.getUint8(4);
  if (footer.getUint32(5, true) !== FOOTER_MAGIC || (descriptor & RESERVED_BITS) !== 0) return undefined;
  if (count === 0 || count > MAX_FRAMES) return undefined;
  const entryBytes = ENTRY_BYTES + ((descriptor & HAS_CHECKSUMS) === 0 ? 0 : CHECKSUM_BYTES);
  const tableBytes = HEADER_BYTES + count * entryBytes + FOOTER_BYTES;
  const start = sizeBytes - tableBytes;
  if (start < count * MIN_FRAME_BYTES) return undefined;
  const table = viewOf(source, start, tableBytes);
  if (table.getUint32(0, true) !== TABLE_MAGIC || table.getUint32(4, true) !== tableBytes - HEADER_BYTES) {
    return undefined;
  }
  return checkedOffsets(table, { count, entryBytes, framesEnd: start });
}

function checkedOffsets(
  table: DataView,
  { count, entryBytes, framesEnd }: { count: number; entryBytes: number; framesEnd: number },
): SeekTable | undefined {
  const frameOffsets = new Float64Array(count + 1);
  const contentOffsets = new Float64Array(count + 1);
  for (let index = 0; index < count; index++) {
    const entry = HEADER_BYTES + index * entryBytes;
    const frameBytes = table.getUint32(entry, true);
    const contentBytes = table.getUint32(entry + 4, true);
    if (frameBytes < MIN_FRAME_BYTES || contentBytes === 0 || contentBytes > MAX_BLOCK_BYTES)
      return undefined;
    frameOffsets[index + 1] = (frameOffsets[index] as number) + frameBytes;
    contentOffsets[index + 1] = (contentOffsets[index] as number) + contentBytes;
  }
  return frameOffsets[count] === framesEnd ? { frameOffsets, contentOffsets } : undefined;
}

function viewOf(source: ByteSource, offset: number, length: number): DataView {
  const bytes = source.read(offset, length);
  return new DataView(bytes.buffer, bytes.byteOffset, length);
}
