import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { realPath } from '../../src/storage/directory.js';

let folder = '';
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'real-path-')));
  mkdirSync(join(folder, 'disk'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the real path', () => {
  it.each([
    ['through a link in the part that exists', 'disk', 'link/etcd', 'disk/etcd'],
    ['through a relative link to nothing', 'disk/etcd', 'link', 'disk/etcd'],
    ['through a link to nothing within the path', 'disk/etcd', 'link/member', 'disk/etcd/member'],
    ['of a name that is free', 'disk', 'other/etcd', 'other/etcd'],
  ])('is found %s', (_what, target, path, expected) => {
    symlinkSync(target, join(folder, 'link'));
    expect(realPath(join(folder, path))).toBe(join(folder, expected));
  });

  it('is found through an absolute link, and from a directory that is a link itself', () => {
    symlinkSync(join(folder, 'disk/etcd'), join(folder, 'absolute'));
    expect(realPath(join(folder, 'absolute'))).toBe(join(folder, 'disk/etcd'));
    symlinkSync('../etcd', join(folder, 'disk/up'));
    symlinkSync('disk', join(folder, 'link'));
    expect(realPath(join(folder, 'link/up'))).toBe(join(folder, 'etcd'));
  });

  it('of links that lead to each other is the path of one of them', () => {
    symlinkSync('b', join(folder, 'a'));
    symlinkSync('a', join(folder, 'b'));
    expect(['a', 'b'].map((name) => join(folder, name))).toContain(realPath(join(folder, 'a')));
  });
});
