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
import { cacheDirectory, readCodeCache, writeCodeCache } from '../../src/launcher/code-cache.js';

const uid = process.getuid?.() ?? 0;
let scratch = '';
let folder = '';
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'code-cache-'));
  folder = join(scratch, 'a', 'b');
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

const code = Buffer.from('compiled');

describe('cacheDirectory', () => {
  it.each([
    [{ HOME: '/home/u' }, 1000, '/home/u/.cache/etcdctl-ts'],
    [{ HOME: '/home/u', XDG_CACHE_HOME: '/var/c' }, 1000, '/var/c/etcdctl-ts'],
    [{ HOME: '/home/u', XDG_CACHE_HOME: 'c' }, 1000, '/home/u/.cache/etcdctl-ts'],
    [{ HOME: '/home/u', NODE_DISABLE_COMPILE_CACHE: '1' }, 1000, undefined],
    [{ HOME: '/home/u' }, undefined, undefined],
    [{ HOME: 'relative' }, 1000, undefined],
    [{}, 1000, undefined],
  ])('%j for user %s: %s', (env, user, expected) => {
    expect(cacheDirectory({ env, uid: user })).toBe(expected);
  });
});

describe('the code cache', () => {
  it('is read as it was written', () => {
    expect(readCodeCache(folder, 'p', uid)).toBeUndefined();
    writeCodeCache(folder, 'p', code);
    expect(readCodeCache(folder, 'p', uid)).toEqual(code);
    expect(readCodeCache(folder, 'other', uid)).toBeUndefined();
  });

  it('is readable and writable only by its owner', () => {
    writeCodeCache(folder, 'p', code);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'p')).mode & 0o777).toBe(0o600);
  });

  it('is not read when another user owns it or can write to it', () => {
    writeCodeCache(folder, 'p', code);
    expect(readCodeCache(folder, 'p', uid + 1)).toBeUndefined();
    chmodSync(join(folder, 'p'), 0o620);
    expect(readCodeCache(folder, 'p', uid)).toBeUndefined();
  });

  it('replaces an older file, and leaves no temporary file behind', () => {
    writeCodeCache(folder, 'p', code);
    writeCodeCache(folder, 'p', Buffer.from('newer'));
    expect(readCodeCache(folder, 'p', uid)?.toString()).toBe('newer');
    expect(readdirSync(folder)).toEqual(['p']);
  });

  it('is removed after a month', () => {
    writeCodeCache(folder, 'old', code);
    writeCodeCache(folder, 'recent', code);
    const age = (days: number) => Date.now() / 1000 - days * 86_400;
    utimesSync(join(folder, 'old'), age(31), age(31));
    utimesSync(join(folder, 'recent'), age(29), age(29));
    writeCodeCache(folder, 'p', code);
    expect(readdirSync(folder).sort()).toEqual(['p', 'recent']);
  });

  it('does not create a missing home directory', () => {
    writeCodeCache(join(scratch, 'home', '.cache', 'etcdctl-ts'), 'p', code);
    expect(readdirSync(scratch)).toEqual([]);
  });

  it('is not read from a directory', () => {
    mkdirSync(join(folder, 'p'), { recursive: true });
    expect(readCodeCache(folder, 'p', uid)).toBeUndefined();
  });

  it.runIf(existsSync('/proc/self'))('is not written when the home directory is not writable', () => {
    writeCodeCache('/proc/self/.cache/etcdctl-ts', 'p', code);
    expect(existsSync('/proc/self/.cache')).toBe(false);
  });

  it('is not written when a file has the name of the directory', () => {
    writeFileSync(join(scratch, 'a'), 'in the way');
    writeCodeCache(folder, 'p', code);
    expect(readCodeCache(folder, 'p', uid)).toBeUndefined();
  });
});
