import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { outputFile } from '../../src/term/output-file.js';

let folder = '';
const descriptors: number[] = [];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'output-'));
});
afterEach(() => {
  for (const descriptor of descriptors.splice(0)) closeSync(descriptor);
  rmSync(folder, { recursive: true });
});

function opened(flags: string, name = path.join(folder, 'f')): number {
  const descriptor = openSync(name, flags);
  descriptors.push(descriptor);
  return descriptor;
}

describe('stdout as a file', () => {
  it('is read and cut off although it is open for writing only', () => {
    const descriptor = opened('a');
    writeSync(descriptor, 'one two three');
    const file = outputFile(descriptor);
    expect(file?.sizeBytes).toBe(13);
    expect(Buffer.from(file?.read(4, 3) ?? []).toString()).toBe('two');
    expect(Buffer.from(file?.read(8, 100) ?? []).toString()).toBe('three');
    file?.truncate(4);
    writeSync(descriptor, 'end');
    expect(readFileSync(path.join(folder, 'f'), 'utf8')).toBe('one end');
  });

  it('has an id of its own', () => {
    const [one, other] = ['f', 'g'].map((name) => outputFile(opened('a', path.join(folder, name))));
    expect(one?.id).not.toBe(other?.id);
    expect(outputFile(opened('a'))?.id).toBe(one?.id);
  });

  it('is not one when it is written at another place than its end, or is a device', () => {
    expect(outputFile(opened('w'))).toBeUndefined();
    expect(outputFile(opened('a', '/dev/null'))).toBeUndefined();
  });
});
