import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CheckpointFile } from '../../../src/storage/checkpoint/checkpoint-file.js';
import { isRunning, thisProcess } from '../../../src/storage/checkpoint/process-identity.js';

const KIND = 'test-checkpoint';
const content = (next: number) => ({ kind: KIND, schema: 1, next });

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'checkpoint-'));
  file = path.join(folder, 'c');
});
afterEach(() => rmSync(folder, { recursive: true }));

const stored = () => JSON.parse(readFileSync(file, 'utf8'));

describe('a checkpoint file', () => {
  it('has the last content, and the process while it is in use', async () => {
    const first = CheckpointFile.open(file, KIND);
    expect(first.content).toBeUndefined();
    for (const next of [1, 2, 3]) first.write(content(next));
    expect(stored()).toEqual({ ...content(3), writer: thisProcess() });
    await first.end(content(4));
    expect(stored()).toEqual(content(4));
    expect(CheckpointFile.open(file, KIND).content).toEqual(content(4));
    expect(readdirSync(folder)).toEqual(['c']);
  });

  it('is taken over from a process that no longer runs', () => {
    const writer = { ...thisProcess(), pid: process.ppid, startTime: '1' };
    writeFileSync(file, JSON.stringify({ ...content(1), writer }));
    const taken = CheckpointFile.open(file, KIND);
    expect(taken.content).toEqual(content(1));
    taken.write(content(2));
    expect(stored()).toEqual({ ...content(2), writer: thisProcess() });
  });

  it('is refused while another process of this machine uses it', () => {
    const identity = { pid: process.ppid, startTime: '', namespace: thisProcess()?.namespace ?? '' };
    const stat = readFileSync(`/proc/${process.ppid}/stat`, 'latin1');
    const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
    const writer = { ...identity, startTime };
    expect(isRunning(writer)).toBe(true);
    expect(isRunning({ ...writer, namespace: 'elsewhere' })).toBe(false);
    writeFileSync(file, JSON.stringify({ ...content(1), writer }));
    expect(() => CheckpointFile.open(file, KIND)).toThrow(`in use by process ${process.ppid}`);
  });

  it('is not written again when another process has changed, made or removed it', () => {
    const message = 'was changed by another process';
    const one = CheckpointFile.open(file, KIND);
    const other = CheckpointFile.open(file, KIND);
    one.write(content(1));
    expect(() => other.write(content(2))).toThrow(message);
    writeFileSync(file, JSON.stringify(content(9)));
    expect(() => one.write(content(3))).toThrow(message);
    expect(stored()).toEqual(content(9));
    const third = CheckpointFile.open(file, KIND);
    rmSync(file);
    expect(() => third.write(content(4))).toThrow(message);
  });

  it.each(['', '{', 'null', '[]', '1'])('refuses %j as content', (text) => {
    writeFileSync(file, text);
    expect(() => CheckpointFile.open(file, KIND)).toThrow(`${file} is not a checkpoint`);
  });

  it('refuses another kind, another schema, a directory, and a file that it cannot write', () => {
    writeFileSync(file, JSON.stringify({ ...content(1), schema: 2 }));
    expect(() => CheckpointFile.open(file, KIND)).toThrow('is not a checkpoint of this command');
    expect(() => CheckpointFile.open(file, 'other')).toThrow('is not a checkpoint of this command');
    expect(() => CheckpointFile.open(folder, KIND)).toThrow('not a regular file');
    const missing = path.join(folder, 'none', 'c');
    expect(() => CheckpointFile.open(missing, KIND).write(content(1))).toThrow(
      `checkpoint: open ${missing}.part: no such file or directory`,
    );
  });

  it('does not follow a symbolic link in the place of its part file', () => {
    const victim = path.join(folder, 'victim');
    writeFileSync(victim, 'v');
    symlinkSync(victim, `${file}.part`);
    CheckpointFile.open(file, KIND).write(content(1));
    expect(readFileSync(victim, 'utf8')).toBe('v');
    expect(stored()).toMatchObject(content(1));
  });
});
