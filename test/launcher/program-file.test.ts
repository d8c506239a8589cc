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

/** Keeps compiled code in memory, and counts how often it was written. */
class MemoryKeeper {
  writes = 0;
  kept: Buffer | undefined;
  read() {
    return this.kept;
  }
  write(bytes: Buffer) {
    this.writes++;
    this.kept = bytes;
  }
}

function runParts(keeper: MemoryKeeper, ...indices: number[]): object[] {
  const file = new ProgramFile(path, 2, keeper);
  const parts = file.load(require);
  const exported = indices.map((index) => parts[index]?.() ?? {});
  file.keep();
  return exported;
}

describe('a file of the program', () => {
  it('has parts, with compiled code and without', () => {
    const keeper = new MemoryKeeper();
    const exported = [
      { value: 'b', name: 'os' },
      { value: 'a', name: 'os' },
    ];
    expect(runParts(keeper, 1, 0)).toEqual(exported);
    expect(keeper.writes).toBe(1);
    expect(runParts(keeper, 1, 0)).toEqual(exported);
  });

  it('keeps compiled code when parts were executed that no earlier run had', () => {
    const keeper = new MemoryKeeper();
    const writesAfter = (...indices: number[]) => {
      runParts(keeper, ...indices);
      return keeper.writes;
    };
    expect(writesAfter(0)).toBe(1);
    expect(writesAfter(0)).toBe(1);
    expect(writesAfter(1)).toBe(2);
    expect(writesAfter(0)).toBe(2);
    expect(writesAfter(0, 1)).toBe(2);
  });

  it.each([
    ['of another program', Buffer.alloc(5000, 1)],
    ['cut short', Buffer.alloc(1)],
    ['empty', Buffer.alloc(0)],
  ])('replaces compiled code that is %s', (_what, bytes) => {
    const keeper = new MemoryKeeper();
    keeper.kept = bytes;
    expect(runParts(keeper, 0)).toEqual([{ value: 'a', name: 'os' }]);
    expect(keeper.writes).toBe(1);
    runParts(keeper, 0);
    expect(keeper.writes).toBe(1);
  });

  it('is neither read nor kept when nothing of it is used', () => {
    const keeper = new MemoryKeeper();
    new ProgramFile(path, 2, keeper).keep();
    expect(keeper.kept).toBeUndefined();
  });

  it('is there for a run that began before it was removed', () => {
    const file = new ProgramFile(path, 2, new MemoryKeeper());
    rmSync(path);
    expect(file.load(require)[0]?.()).toEqual({ value: 'a', name: 'os' });
  });
});
