import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordUntilTwice } from '../../scripts/lib/standalone.mjs';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'recorded-use-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program that counts its runs in `$count`. */
function record(script: string): Promise<void> {
  const program = join(folder, 'program');
  const count = join(folder, 'count');
  const lines = ['#!/bin/sh', `echo >>${count}`, `count=$(($(wc -l <${count})))`, script];
  writeFileSync(program, lines.join('\n'), { mode: 0o755 });
  return recordUntilTwice(program, ['get'], join(folder, 'use'));
}
const runs = () => readFileSync(join(folder, 'count'), 'utf8').length;

describe('what the executable uses', () => {
  it('counts when two runs have recorded it', async () => {
    await record('case $count in 2) echo part;; *) echo all;; esac >"$BUN_BYTECODE_ORDER_OUT"');
    expect(readFileSync(join(folder, 'use'), 'utf8')).toBe('all\n');
    expect(runs()).toBe(3);
  });

  it('is not that of the run before when a run ends without it', async () => {
    const recording = record('test $count = 1 && echo all >"$BUN_BYTECODE_ORDER_OUT"');
    await expect(recording).rejects.toThrow('etcdctl get has not recorded what it uses');
    expect(existsSync(join(folder, 'use'))).toBe(false);
  });

  it('is not nothing', async () => {
    const recording = record(': >"$BUN_BYTECODE_ORDER_OUT"');
    await expect(recording).rejects.toThrow('has not recorded');
  });

  it('is given up when each run records something else', async () => {
    const recording = record('echo $count >"$BUN_BYTECODE_ORDER_OUT"');
    await expect(recording).rejects.toThrow('in each of 10 runs');
    expect(runs()).toBe(10);
  });
});
