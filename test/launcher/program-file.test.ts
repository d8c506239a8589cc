import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProgramFile } from '../../src/launcher/program-file.js';
import type { Require } from '../../src/launcher/program-parts.js';

const CODE = `(function (module, require, notePart) {
  const part = (index, value) => () => (notePart(index), { value, name: require('os').name });
  module.exports = [part(0, 'a'), part(1, 'b')];
})`;

const require: Require = () => ({ name: 'os' });

let scratch = '';
let path = '';
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'program-file-'));
  path = join(scratch, 'file.js');
  writeFileSync(path, CODE);
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

/** A code cache in memory that counts the writes. */
class MemoryCache {
  writes = 0;
  stored: Buffer | undefined;
  read() {
    return this.stored;
  }
  write(bytes: Buffer) {
    this.writes++;
    this.stored = bytes;
  }
}

function runParts(cache: MemoryCache, ...indices: number[]): object[] {
  const file = new ProgramFile(path, 2, cache);
  const parts = file.load(require);
  const exported = indices.map((index) => parts[index]?.() ?? {});
  file.writeCodeCache();
  return exported;
}

describe('a file of the program', () => {
  it('has the same parts with and without a code cache', () => {
    const cache = new MemoryCache();
    const exported = [
      { value: 'b', name: 'os' },
      { value: 'a', name: 'os' },
    ];
    expect(runParts(cache, 1, 0)).toEqual(exported);
    expect(cache.writes).toBe(1);
    expect(runParts(cache, 1, 0)).toEqual(exported);
  });

  it('writes the code cache when a part was executed that no earlier run has executed', () => {
    const cache = new MemoryCache();
    const writesAfter = (...indices: number[]) => {
      runParts(cache, ...indices);
      return cache.writes;
    };
    expect(writesAfter(0)).toBe(1);
    expect(writesAfter(0)).toBe(1);
    expect(writesAfter(1)).toBe(2);
    expect(writesAfter(0)).toBe(2);
    expect(writesAfter(0, 1)).toBe(2);
  });

  it.each([
    ['of another program', Buffer.alloc(5000, 1)],
    ['truncated', Buffer.alloc(1)],
    ['empty', Buffer.alloc(0)],
  ])('replaces a code cache that is %s', (_what, bytes) => {
    const cache = new MemoryCache();
    cache.stored = bytes;
    expect(runParts(cache, 0)).toEqual([{ value: 'a', name: 'os' }]);
    expect(cache.writes).toBe(1);
    runParts(cache, 0);
    expect(cache.writes).toBe(1);
  });

  it('is neither read nor cached when none of its parts is used', () => {
    const cache = new MemoryCache();
    new ProgramFile(path, 2, cache).writeCodeCache();
    expect(cache.stored).toBeUndefined();
  });

  it('can be read by a run that began before the file was removed', () => {
    const file = new ProgramFile(path, 2, new MemoryCache());
    rmSync(path);
    expect(file.load(require)[0]?.()).toEqual({ value: 'a', name: 'os' });
  });
});
