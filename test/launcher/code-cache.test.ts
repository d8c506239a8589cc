import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheFolder, readCompiled, writeCompiled } from '../../src/launcher/code-cache.js';

const uid = process.getuid?.() ?? 0;
let scratch = '';
let folder = '';
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'code-cache-'));
  folder = join(scratch, 'a', 'b');
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

const code = Buffer.from('compiled');

describe('the folder of compiled code', () => {
  it.each([
    [{ HOME: '/home/u' }, 1000, '/home/u/.cache/etcdctl-ts'],
    [{ HOME: '/home/u', XDG_CACHE_HOME: '/var/c' }, 1000, '/var/c/etcdctl-ts'],
    [{ HOME: '/home/u', XDG_CACHE_HOME: 'c' }, 1000, '/home/u/.cache/etcdctl-ts'],
    [{ HOME: '/home/u', NODE_DISABLE_COMPILE_CACHE: '1' }, 1000, undefined],
    [{ HOME: '/home/u' }, undefined, undefined],
    [{ HOME: 'relative' }, 1000, undefined],
    [{}, 1000, undefined],
  ])('%j for user %s: %s', (env, user, expected) => {
    expect(cacheFolder({ env, uid: user })).toBe(expected);
  });
});

describe('compiled code', () => {
  it('is read as it was written', () => {
    expect(readCompiled(folder, 'p', uid)).toBeUndefined();
    writeCompiled(folder, 'p', code);
    expect(readCompiled(folder, 'p', uid)).toEqual(code);
    expect(readCompiled(folder, 'other', uid)).toBeUndefined();
  });

  it('is nobody else’s to read or write', () => {
    writeCompiled(folder, 'p', code);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'p')).mode & 0o777).toBe(0o600);
  });

  it('is not read when another user owns it or may write it', () => {
    writeCompiled(folder, 'p', code);
    expect(readCompiled(folder, 'p', uid + 1)).toBeUndefined();
    chmodSync(join(folder, 'p'), 0o620);
    expect(readCompiled(folder, 'p', uid)).toBeUndefined();
  });

  it('replaces what there is, and leaves nothing else behind', () => {
    writeCompiled(folder, 'p', code);
    writeCompiled(folder, 'p', Buffer.from('newer'));
    expect(readCompiled(folder, 'p', uid)?.toString()).toBe('newer');
    expect(readdirSync(folder)).toEqual(['p']);
  });

  it('goes after a month', () => {
    writeCompiled(folder, 'old', code);
    writeCompiled(folder, 'recent', code);
    const age = (days: number) => Date.now() / 1000 - days * 86_400;
    utimesSync(join(folder, 'old'), age(31), age(31));
    utimesSync(join(folder, 'recent'), age(29), age(29));
    writeCompiled(folder, 'p', code);
    expect(readdirSync(folder).sort()).toEqual(['p', 'recent']);
  });

  it('does not make a home that does not exist', () => {
    writeCompiled(join(scratch, 'home', '.cache', 'etcdctl-ts'), 'p', code);
    expect(readdirSync(scratch)).toEqual([]);
  });

  it('is not read from a directory', () => {
    mkdirSync(join(folder, 'p'), { recursive: true });
    expect(readCompiled(folder, 'p', uid)).toBeUndefined();
  });

  it.runIf(existsSync('/proc/self'))('is done without in a home that takes no files', () => {
    writeCompiled('/proc/self/.cache/etcdctl-ts', 'p', code);
    expect(existsSync('/proc/self/.cache')).toBe(false);
  });

  it('is done without where it cannot be kept', () => {
    writeFileSync(join(scratch, 'a'), 'in the way');
    writeCompiled(folder, 'p', code);
    expect(readCompiled(folder, 'p', uid)).toBeUndefined();
  });
});
