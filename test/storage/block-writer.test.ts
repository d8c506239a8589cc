import { type FileHandle, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BlockWriter } from '../../src/storage/block-writer.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'block-writer-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Chunks of 100 KB, each filled with its number. */
const chunks = Array.from({ length: 1000 }, (_, index) => Buffer.alloc(100_000, index));

describe('BlockWriter', () => {
  it('writes all chunks in order, and syncs once before the end', async () => {
    const path = join(folder, 'file');
    const handle = await open(path, 'wx');
    let syncs = 0;
    const counting = proxyOf(handle, {
      datasync: () => {
        syncs += 1;
        return handle.datasync();
      },
    });
    const writer = new BlockWriter(counting);
    for (const chunk of chunks) {
      const reused = Buffer.from(chunk);
      await writer.append(reused);
      reused.fill(0xee);
    }
    await writer.flush();
    await handle.close();
    expect((await readFile(path)).equals(Buffer.concat(chunks))).toBe(true);
    expect(syncs).toBe(1);
  });

  it('writes chunks that are larger than a block', async () => {
    const path = join(folder, 'file');
    const handle = await open(path, 'wx');
    const writer = new BlockWriter(handle);
    const large = Buffer.concat(chunks.slice(0, 35));
    for (const chunk of [chunks[1] as Buffer, large, large]) await writer.append(chunk);
    await writer.flush();
    await handle.close();
    expect((await readFile(path)).equals(Buffer.concat([chunks[1] as Buffer, large, large]))).toBe(true);
  });

  it('continues after a partial write', async () => {
    const path = join(folder, 'file');
    const handle = await open(path, 'wx');
    const partial = proxyOf(handle, {
      write: (bytes: Uint8Array, offset: number) => handle.write(bytes.subarray(offset, offset + 123_456)),
    });
    const writer = new BlockWriter(partial);
    for (const chunk of chunks) await writer.append(chunk);
    await writer.flush();
    await handle.close();
    expect((await readFile(path)).equals(Buffer.concat(chunks))).toBe(true);
  });

  it('writes in the order of the calls when they overlap', async () => {
    const path = join(folder, 'file');
    const handle = await open(path, 'wx');
    const slow = proxyOf(handle, {
      write: async (bytes: Uint8Array, offset: number) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        return handle.write(bytes, offset);
      },
    });
    const writer = new BlockWriter(slow);
    const calls = chunks.slice(0, 100).flatMap((chunk) => [writer.append(chunk), writer.flush()]);
    await Promise.all(calls);
    await handle.close();
    expect((await readFile(path)).equals(Buffer.concat(chunks.slice(0, 100)))).toBe(true);
  });

  it('writes nothing after it was stopped, and rejects what was not begun', async () => {
    const handle = await open(join(folder, 'file'), 'wx');
    let writes = 0;
    const counting = proxyOf(handle, {
      write: (bytes: Uint8Array, offset: number) => {
        writes++;
        return handle.write(bytes, offset);
      },
    });
    const writer = new BlockWriter(counting);
    const calls = chunks.slice(0, 50).map((chunk) => writer.append(chunk));
    await writer.stop();
    const writesBefore = writes;
    const settled = await Promise.allSettled(calls);
    expect(settled.at(-1)?.status).toBe('rejected');
    await expect(writer.append(chunks[0] as Buffer)).rejects.toThrow('file already closed');
    await expect(writer.flush()).rejects.toThrow('file already closed');
    expect(writes).toBe(writesBefore);
    await handle.close();
  });

  it('rejects the next call and all later calls after a failed write', async () => {
    const handle = await open(join(folder, 'file'), 'wx');
    const failing = proxyOf(handle, { write: () => Promise.reject(new Error('no space left on device')) });
    const writer = new BlockWriter(failing);
    const write = async () => {
      for (const chunk of chunks) await writer.append(chunk);
    };
    await expect(write()).rejects.toThrow('no space left');
    await expect(writer.flush()).rejects.toThrow('no space left');
    await handle.close();
  });

  it('rejects flush after a failed sync', async () => {
    const handle = await open(join(folder, 'file'), 'wx');
    const failing = proxyOf(handle, { datasync: () => Promise.reject(new Error('input/output error')) });
    const writer = new BlockWriter(failing);
    for (const chunk of chunks) await writer.append(chunk);
    await expect(writer.flush()).rejects.toThrow('input/output error');
    await handle.close();
  });
});

/** The handle with some methods replaced. */
function proxyOf(handle: FileHandle, replaced: Partial<Record<keyof FileHandle, unknown>>): FileHandle {
  return new Proxy(handle, {
    get(target, name) {
      const value = replaced[name as keyof FileHandle] ?? Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
