import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { CorruptFileError, Failure } from '../../../src/model/errors.js';
import { frameExtent } from '../../../src/storage/compressed/frame.js';
import { openDatabase } from '../../../src/storage/compressed/open-database.js';
import {
  BLOCK_BYTES,
  encodeSeekTable,
  readSeekTable,
  type SeekTable,
} from '../../../src/storage/compressed/seek-table.js';
import { SeekableSource } from '../../../src/storage/compressed/seekable-source.js';
import { SeekableWriter } from '../../../src/storage/compressed/seekable-writer.js';
import {
  loadCompressor,
  loadDecompressor,
  type ZstdCompressor,
  type ZstdDecompressor,
} from '../../../src/storage/compressed/zstd-codec.js';
import type { SnapshotTarget } from '../../../src/storage/snapshot/target.js';
import { verifySnapshot } from '../../../src/storage/snapshot/verify.js';
import { snapshotOf } from '../support/fixtures.js';
import { MemoryByteSource } from '../support/memory.js';
import { SeededRandom } from '../support/random.js';

const directory = mkdtempSync(join(tmpdir(), 'compressed-'));
afterAll(() => rmSync(directory, { recursive: true }));
let codec: ZstdCompressor & ZstdDecompressor;
beforeAll(async () => {
  codec = { ...(await loadCompressor()), ...(await loadDecompressor()) };
});

/** Like a database: pages, some of which are empty. */
function contentsOf(sizeBytes: number): Uint8Array {
  const random = new SeededRandom(11);
  const bytes = Buffer.alloc(sizeBytes);
  for (let offset = 0; offset < sizeBytes; offset += 4096) {
    if (random.below(3) > 0) bytes.set(random.bytes(Math.min(1000, sizeBytes - offset)), offset);
  }
  return bytes;
}

function targetOf(append: SnapshotTarget['append']): SnapshotTarget {
  const nothing = async () => {};
  return { append, flush: nothing, finish: nothing };
}

async function compress(contents: Uint8Array, chunkBytes = 32_768): Promise<Buffer> {
  const frames: Uint8Array[] = [];
  const writer = new SeekableWriter(
    codec,
    targetOf(async (frame) => void frames.push(Uint8Array.from(frame))),
  );
  for (let offset = 0; offset < contents.length; offset += chunkBytes) {
    await writer.append(contents.subarray(offset, offset + chunkBytes));
  }
  await writer.finish();
  return Buffer.concat(frames);
}

function sourceOf(file: Uint8Array): SeekableSource {
  const memory = new MemoryByteSource(file, 'backup.db.zst');
  const table = readSeekTable(memory);
  if (table === undefined) throw new Error('the file has no table');
  return new SeekableSource(memory, table, codec);
}

function fileWith(bytes: Uint8Array): string {
  const path = join(directory, 'file');
  writeFileSync(path, bytes);
  return path;
}

describe('a compressed snapshot', () => {
  const contents = contentsOf(40 * BLOCK_BYTES + 32);
  let file: Buffer;
  beforeAll(async () => {
    file = await compress(contents);
  });

  it('is read at random offsets, also across blocks and behind the cache', () => {
    const source = sourceOf(file);
    const random = new SeededRandom(3);
    expect(source.sizeBytes).toBe(contents.length);
    for (let count = 0; count < 300; count++) {
      const offset = random.below(contents.length);
      const length = random.below(
        Math.min(count % 10 === 0 ? 3 * BLOCK_BYTES : 9000, contents.length - offset),
      );
      const bytes = Buffer.from(source.read(offset, length));
      expect(bytes.equals(contents.subarray(offset, offset + length))).toBe(true);
    }
    expect(() => source.read(contents.length - 3, 4)).toThrow('the file ends at byte');
  });

  it('is read in bounded memory without decompressing a block for each page, also in no order', async () => {
    const blocks = contents.subarray(0, 40 * BLOCK_BYTES);
    const twice = Buffer.concat([blocks, blocks]);
    let count = 0;
    const memories = new Set<ArrayBufferLike>();
    const counting: ZstdDecompressor = {
      ...codec,
      decompress(frame, block) {
        count++;
        memories.add(block.buffer);
        return codec.decompress(frame, block);
      },
    };
    const memory = new MemoryByteSource(await compress(twice));
    const source = new SeekableSource(memory, readSeekTable(memory) as SeekTable, counting);
    const random = new SeededRandom(5);
    for (let read = 0; read < 3000; read++) {
      const offset = random.below(source.sizeBytes - 4096);
      const bytes = Buffer.from(source.read(offset, 4096));
      expect(bytes.equals(twice.subarray(offset, offset + 4096))).toBe(true);
    }
    source.close();
    expect(count).toBeLessThan(6 * 80 + 80);
    expect(memories.size).toBeLessThanOrEqual((16 << 20) / BLOCK_BYTES);
  });

  it('is the same for chunks of any size', async () => {
    const part = contents.subarray(0, 3 * BLOCK_BYTES);
    const whole = await compress(part, part.length);
    for (const size of [7777, BLOCK_BYTES, BLOCK_BYTES + 1]) {
      expect(whole.equals(await compress(part, size))).toBe(true);
    }
  });

  it('is a sequence of zstd frames, whose last block is written by finish', async () => {
    let written = 0;
    const writer = new SeekableWriter(
      codec,
      targetOf(async (frame) => {
        written += frame.length;
      }),
    );
    await writer.append(contents.subarray(0, BLOCK_BYTES));
    expect(written).toBe(0);
    await writer.finish();
    const source = new MemoryByteSource(file);
    const kinds: string[] = [];
    for (let offset = 0; offset < file.length; ) {
      const frame = frameExtent(source, offset);
      kinds.push(frame.kind);
      offset += frame.lengthBytes;
    }
    expect(kinds).toEqual([...Array<string>(41).fill('data'), 'skippable']);
  });

  it('fails in the writer when the target fails', async () => {
    const full = new Error('no space left on device');
    const writer = new SeekableWriter(
      codec,
      targetOf(() => Promise.reject(full)),
    );
    const writing = (async () => {
      await writer.append(contents);
      await writer.finish();
    })();
    await expect(writing).rejects.toBe(full);
  });

  it('reports a damaged block with its offset in the file', async () => {
    const snapshot = await compress(snapshotOf('3.7.1'));
    let silent = 0;
    for (let offset = 0; offset < snapshot.length - 40; offset += 97) {
      const damaged = Uint8Array.from(snapshot);
      damaged[offset] = (damaged[offset] ?? 0) ^ 4;
      const source = sourceOf(damaged);
      const failure = await verifySnapshot(source).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failure === undefined) silent++;
      else expect(failure).toBeInstanceOf(CorruptFileError);
    }
    // A bit that has no effect on the decompressed bytes, such as one of a reserved field.
    expect(silent).toBeLessThanOrEqual(1);
  });

  it('does not decompress a frame that claims to be larger than the table says', () => {
    const view = new DataView(Uint8Array.from(file).buffer);
    const table = readSeekTable(new MemoryByteSource(file));
    const entries = view.byteLength - 9 - 41 * 8;
    view.setUint32(entries + 4, BLOCK_BYTES - 1, true);
    const source = sourceOf(new Uint8Array(view.buffer));
    expect(table?.contentOffsets[41]).toBe(contents.length);
    expect(() => source.read(0, 10)).toThrow(
      'a compressed block is damaged: its size is not that in the table of blocks (byte 0 of backup.db.zst)',
    );
  });
});

describe('the table of blocks', () => {
  const sizes = { frameBytes: 100, contentBytes: 4096 };
  const fileOf = (table: Uint8Array) => new MemoryByteSource(Buffer.concat([Buffer.alloc(200), table]));
  const valid = encodeSeekTable([sizes, sizes]);

  it('is read', () => {
    const table = readSeekTable(fileOf(valid));
    expect([...(table?.frameOffsets ?? [])]).toEqual([0, 100, 200]);
    expect([...(table?.contentOffsets ?? [])]).toEqual([0, 4096, 8192]);
  });

  it.each([
    ['another number of frames', (view: DataView) => view.setUint32(24, 3, true)],
    ['a huge number of frames', (view: DataView) => view.setUint32(24, 0xffffffff, true)],
    ['no frames', (view: DataView) => view.setUint32(24, 0, true)],
    ['a reserved bit', (view: DataView) => view.setUint8(28, 4)],
    ['checksums that are not there', (view: DataView) => view.setUint8(28, 0x80)],
    ['another magic number', (view: DataView) => view.setUint32(29, 1, true)],
    ['another size of the skippable frame', (view: DataView) => view.setUint32(4, 1, true)],
    ['frames that do not fill the file', (view: DataView) => view.setUint32(8, 99, true)],
    ['an impossibly large block', (view: DataView) => view.setUint32(12, 1 << 30, true)],
    ['an empty block', (view: DataView) => view.setUint32(12, 0, true)],
  ])('is rejected with %s', (_, change) => {
    const table = Uint8Array.from(valid);
    change(new DataView(table.buffer));
    expect(readSeekTable(fileOf(table))).toBeUndefined();
  });

  it('is rejected truncated at any offset', () => {
    for (let length = 0; length < valid.length; length++) {
      expect(readSeekTable(fileOf(valid.subarray(0, length)))).toBeUndefined();
    }
  });
});

describe('openDatabase', () => {
  const snapshot = snapshotOf('3.7.1');
  afterEach(() => vi.unstubAllEnvs());

  async function verifyFile(bytes: Uint8Array) {
    const source = await openDatabase(fileWith(bytes));
    try {
      return await verifySnapshot(source);
    } finally {
      source.close();
    }
  }

  it('opens plain and compressed snapshots', async () => {
    const plain = await verifyFile(snapshot);
    expect(plain.checksum).toBe('good');
    expect(await verifyFile(await compress(snapshot))).toEqual(plain);
    expect(await verifyFile(gzipSync(snapshot))).toEqual(plain);
    const half = snapshot.length >> 1;
    const twoMembers = [gzipSync(snapshot.subarray(0, half)), gzipSync(snapshot.subarray(half))];
    expect(await verifyFile(Buffer.concat(twoMembers))).toEqual(plain);
  });

  it('opens what the zstd program makes, or says how to decompress it', async () => {
    const file = await codec.compress(Uint8Array.from(snapshot));
    if (codec.createDecompressor === undefined) {
      await expect(verifyFile(file)).rejects.toMatchObject({
        message: expect.stringContaining('was compressed by another program'),
        reasons: [expect.stringContaining('zstd -d '), expect.any(String)],
      });
    } else {
      expect((await verifyFile(file)).checksum).toBe('good');
    }
  });

  it('leaves no file in the temporary directory, and fails in words when it cannot be used', async () => {
    const temporary = mkdtempSync(join(directory, 'tmp-'));
    vi.stubEnv('TMPDIR', temporary);
    const source = await openDatabase(fileWith(gzipSync(snapshot)));
    expect(readdirSync(temporary)).toEqual([]);
    source.close();
    vi.stubEnv('TMPDIR', join(directory, 'none'));
    await expect(verifyFile(gzipSync(snapshot))).rejects.toMatchObject({
      message: expect.stringMatching(/^cannot decompress .* in .*none: no such file or directory$/),
      reasons: [expect.stringContaining('set TMPDIR')],
    });
  });

  it('fails in words for a file truncated at any offset', async () => {
    for (const file of [await compress(snapshot), gzipSync(snapshot)]) {
      for (let length = 4; length < file.length; length += 211) {
        await expect(verifyFile(file.subarray(0, length)), `${length} bytes`).rejects.toBeInstanceOf(Failure);
      }
    }
  });

  it('does not decompress what is not a database', async () => {
    await expect(verifyFile(gzipSync(Buffer.alloc(1 << 20)))).rejects.toThrow(
      'the decompressed file is not a database',
    );
    await expect(verifyFile(gzipSync(''))).rejects.toThrow('the compressed file has no data');
  });
});
