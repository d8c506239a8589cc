import { type FileHandle, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BlockWriter } from '../../src/storage/atomic-file.js';

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
    for (const chunk of chunks) await writer.append(chunk);
    await writer.flush();
    await handle.close();
    expect((await readFile(path)).equals(Buffer.concat(chunks))).toBe(true);
    expect(syncs).toBe(1);
  });

  it('continues after a partial write', async () => {
    const path = join(folder, 'file');
    const handle = await open(path, 'wx');
    const partial = proxyOf(handle, {
      writev: async (buffers: readonly Uint8Array[]) => {
        const { bytesWritten } = await handle.write(Buffer.concat(buffers).subarray(0, 12_345));
        return { bytesWritten, buffers };
      },
    });
    const writer = new BlockWriter(partial);
    for (const chunk of chunks) await writer.append(chunk);
    await writer.flush();
    await handle.close();
    expect((await readFile(path)).equals(Buffer.concat(chunks))).toBe(true);
  });

  it('rejects the next call and all later calls after a failed write', async () => {
    const handle = await open(join(folder, 'file'), 'wx');
    const failing = proxyOf(handle, { writev: () => Promise.reject(new Error('no space left on device')) });
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
