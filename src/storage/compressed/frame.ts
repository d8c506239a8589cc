import type { ByteSource } from '../byte-source.js';

/** A frame of a zstd file (RFC 8878, section 3.1): compressed data, or bytes for other programs that decompressors skip. */
export type Frame = DataFrame | { readonly kind: 'skippable'; readonly lengthBytes: number };

export interface DataFrame {
  readonly kind: 'data';
  readonly lengthBytes: number;
  /** What the header says that the frame decompresses to; undefined when it does not. Nothing has checked it. */
  readonly contentBytes: bigint | undefined;
  /** How much memory decompression needs. */
  readonly windowBytes: number;
}

/** How the bytes break the format. */
export class FrameError extends Error {
  /** @param offset in the file */
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}

const ZSTD_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const MAGIC_BYTES = 4;
const BLOCK_HEADER_BYTES = 3;
const RUN_LENGTH_BLOCK = 1;
const RESERVED_BLOCK = 3;
const CHECKSUM_BYTES = 4;
const MAX_HEADER_BYTES = 14;

/** Whether a file that begins with this number is made of zstd frames. */
export function isFrameMagic(magic: number): boolean {
  return magic === ZSTD_MAGIC || isSkippable(magic);
}

function isSkippable(magic: number): boolean {
  return (magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC;
}

/** Finds the end of the frame from the headers of its blocks. Decompresses nothing. Throws `FrameError`. */
export function frameExtent(source: ByteSource, offset: number): Frame {
  const magic = viewOf(source, offset, MAGIC_BYTES).getUint32(0, true);
  if (isSkippable(magic)) {
    const lengthBytes = 8 + viewOf(source, offset + MAGIC_BYTES, 4).getUint32(0, true);
    requireWithin(source, offset + lengthBytes);
    return { kind: 'skippable', lengthBytes };
  }
  if (magic !== ZSTD_MAGIC) throw new FrameError('no zstd frame begins here', offset);
  const { headerBytes, hasChecksum, ...header } = frameHeader(source, offset);
  const end = endOfBlocks(source, offset + headerBytes) + (hasChecksum ? CHECKSUM_BYTES : 0);
  requireWithin(source, end);
  return { kind: 'data', lengthBytes: end - offset, ...header };
}

interface FrameHeader extends Pick<DataFrame, 'contentBytes' | 'windowBytes'> {
  readonly headerBytes: number;
  readonly hasChecksum: boolean;
}

/** RFC 8878, section 3.1.1.1. */
function frameHeader(source: ByteSource, offset: number): FrameHeader {
  const length = Math.min(MAX_HEADER_BYTES, source.sizeBytes - offset - MAGIC_BYTES);
  const view = viewOf(source, offset + MAGIC_BYTES, length);
  const byteAt = (position: number) => {
    if (position >= length) throw truncated(source);
    return view.getUint8(position);
  };
  const descriptor = byteAt(0);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeCode = descriptor >> 6;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] as number;
  if (dictionaryBytes > 0) throw new FrameError('the frame needs a dictionary', offset);
  const sizeBytes = sizeCode === 0 ? Number(isSingleSegment) : 1 << sizeCode;
  const sizeStart = isSingleSegment ? 1 : 2;
  let contentBytes = sizeCode === 1 ? 256n : 0n;
  for (let index = 0; index < sizeBytes; index++) {
    contentBytes += BigInt(byteAt(sizeStart + index)) << BigInt(8 * index);
  }
  return {
    headerBytes: MAGIC_BYTES + sizeStart + sizeBytes,
    hasChecksum: (descriptor & 4) !== 0,
    contentBytes: sizeBytes === 0 ? undefined : contentBytes,
    windowBytes: isSingleSegment ? Number(contentBytes) : windowBytes(byteAt(1)),
  };
}

function windowBytes(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function endOfBlocks(source: ByteSource, start: number): number {
  for (let offset = start; ; ) {
    const view = viewOf(source, offset, BLOCK_HEADER_BYTES);
    const header = view.getUint16(0, true) | (view.getUint8(2) << 16);
    const type = (header >> 1) & 3;
    if (type === RESERVED_BLOCK) throw new FrameError('a block has an unknown type', offset);
    offset += BLOCK_HEADER_BYTES + (type === RUN_LENGTH_BLOCK ? 1 : header >> 3);
    if ((header & 1) === 1) return offset;
  }
}

function viewOf(source: ByteSource, offset: number, length: number): DataView {
  requireWithin(source, offset + length);
  const bytes = source.read(offset, length);
  return new DataView(bytes.buffer, bytes.byteOffset, length);
}

function requireWithin(source: ByteSource, end: number): void {
  if (end > source.sizeBytes) throw truncated(source);
}

function truncated(source: ByteSource): FrameError {
  return new FrameError('the file ends within a zstd frame: it is truncated', source.sizeBytes);
}
