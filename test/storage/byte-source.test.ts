import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { CommandError, CorruptFileError } from '../../src/model/errors.js';
import { FileByteSource } from '../../src/storage/byte-source.js';
import { SeededRandom } from './support/random.js';

const directory = mkdtempSync(join(tmpdir(), 'byte-source-'));
afterAll(() => rmSync(directory, { recursive: true }));

const random = new SeededRandom(7);
const bytes = Buffer.from(random.bytes(300_000));
const path = join(directory, 'file');
writeFileSync(path, bytes);

describe('FileByteSource', () => {
  it('reads at random offsets', () => {
    const source = FileByteSource.open(path);
    for (let count = 0; count < 300; count++) {
      const offset = random.below(bytes.length);
      const length = random.below(Math.min(100_000, bytes.length - offset));
      expect(bytes.compare(source.read(offset, length), 0, length, offset, offset + length)).toBe(0);
    }
    source.close();
  });

  it('reads sequentially', () => {
    const source = FileByteSource.open(path);
    for (let offset = 0; offset < bytes.length; offset += 1000) {
      expect(bytes.compare(source.read(offset, 1000), 0, 1000, offset, offset + 1000)).toBe(0);
    }
    source.close();
  });

  it('rejects reads beyond the end without allocating memory', () => {
    const source = FileByteSource.open(path);
    expect(() => source.read(299_999, 2)).toThrow(CorruptFileError);
    expect(() => source.read(0, 2 ** 50)).toThrow(CorruptFileError);
    source.close();
  });

  it('reports that the file became shorter', () => {
    const shrinking = join(directory, 'shrinking');
    writeFileSync(shrinking, bytes);
    const source = FileByteSource.open(shrinking);
    truncateSync(shrinking, 1000);
    expect(() => source.read(500, 1000)).toThrow('the file became shorter');
    source.close();
  });

  it('reports why it cannot open a file, in the words of the system', () => {
    expect(() => FileByteSource.open(join(directory, 'none'))).toThrow(CommandError);
    expect(() => FileByteSource.open('/no/such')).toThrow('open /no/such: no such file or directory');
    expect(() => FileByteSource.open(directory)).toThrow(`open ${directory}: not a regular file`);
    expect(() => FileByteSource.open('/dev/null')).toThrow('open /dev/null: not a regular file');
  });

  it('does not block on a named pipe without a writer', () => {
    const pipe = join(directory, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(() => FileByteSource.open(pipe)).toThrow('not a regular file');
  });
});
