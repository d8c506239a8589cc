import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_FILE_BYTES, RootedFiles } from '../../src/nodes/node-files.js';

describe('the files below a root', () => {
  let root: string;
  let files: RootedFiles;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'node-files-'));
    mkdirSync(join(root, 'etc/pki'), { recursive: true });
    writeFileSync(join(root, 'etc/pki/ca'), 'CA');
    files = new RootedFiles(root);
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('are read by their paths on the node', () => {
    expect(files.read('/etc/pki/ca')).toBe('CA');
    expect(files.list('/etc')).toEqual(['pki']);
    expect(files.locate('/etc//pki/../pki/ca')).toBe(`${root}/etc/pki/ca`);
    expect(files.access('/etc/pki/ca')).toBe('readable');
    expect(files.access('/etc/pki/none')).toBe('absent');
  });

  it('keep bytes that are no UTF-8 as escapes', () => {
    writeFileSync(join(root, 'x'), Buffer.from([0x61, 0xff]));
    expect(files.read('/x')).toBe('a\udcff');
  });

  it.each([
    ['/etc/pki', '/link/ca'],
    ['etc/pki', '/link/ca'],
    ['../../../etc/pki', '/link/ca'],
    ['/etc/pki/ca', '/link'],
    ['/absent/../etc/pki/ca', '/link'],
  ])('are found through symbolic links to %s as on the node', (target, path) => {
    symlinkSync(target, join(root, 'link'));
    expect(files.locate(path)).toBe(`${root}/etc/pki/ca`);
    expect(files.read(path)).toBe('CA');
    expect(files.link('/link')).toBe(target);
  });

  it('never leave the root by a link', () => {
    symlinkSync('/etc/passwd', join(root, 'etc/secret'));
    symlinkSync('../../../../../../etc/passwd', join(root, 'etc/other'));
    expect(files.read('/etc/secret')).toBeUndefined();
    expect(files.read('/etc/other')).toBeUndefined();
  });

  it('end a circle of links', () => {
    symlinkSync('b', join(root, 'a'));
    symlinkSync('a', join(root, 'b'));
    expect(files.read('/a')).toBeUndefined();
    expect(files.access('/a/x')).toBe('absent');
  });

  it('are absent when they are something else', () => {
    expect(files.read('/etc/pki')).toBeUndefined();
    expect(files.list('/etc/pki/ca')).toEqual([]);
    expect(files.read('/etc/pki/ca/x')).toBeUndefined();
    expect(files.read('/nul\0')).toBeUndefined();
    expect(spawnSync('mkfifo', [join(root, 'pipe')]).status).toBe(0);
    expect(files.read('/pipe')).toBeUndefined();
    expect([...files.denied]).toEqual([]);
  });

  it('are read up to 1 MiB', () => {
    writeFileSync(join(root, 'most'), 'x'.repeat(MAX_FILE_BYTES));
    writeFileSync(join(root, 'more'), 'x'.repeat(MAX_FILE_BYTES + 1));
    expect(files.read('/most')).toHaveLength(MAX_FILE_BYTES);
    expect(files.readStart('/more')).toHaveLength(MAX_FILE_BYTES);
    expect(() => files.read('/more')).toThrow(`${root}/more is larger than 1 MiB`);
  });

  it.skipIf(process.getuid?.() === 0)('without permission are remembered', () => {
    chmodSync(join(root, 'etc/pki'), 0);
    expect(files.read('/etc/pki/ca')).toBeUndefined();
    expect(files.access('/etc/pki/ca')).toBe('denied');
    expect(files.list('/etc/pki')).toEqual([]);
    expect([...files.denied]).toEqual([`${root}/etc/pki/ca`, `${root}/etc/pki`]);
    chmodSync(join(root, 'etc/pki'), 0o700);
  });
});

it('the root of this system is used as it is', () => {
  const files = new RootedFiles('/');
  expect(files.locate('/etc//hostname')).toBe('/etc/hostname');
  expect(files.locate('/proc/1/root/etc/x')).toBe('/proc/1/root/etc/x');
});
