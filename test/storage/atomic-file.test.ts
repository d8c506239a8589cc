import { execFileSync } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AtomicFile } from '../../src/storage/atomic-file.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atomic-file-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const target = () => join(folder, 'snapshot.db');

async function linkToOpenFile(): Promise<string> {
  const fd = openSync(join(folder, 'open'), 'w');
  await symlink(`/proc/self/fd/${fd}`, target());
  return target();
}

const linuxCases: [what: string, make: () => Promise<string>][] = existsSync('/proc/self/fd')
  ? [['link to an open file', linkToOpenFile]]
  : [];

describe('AtomicFile', () => {
  it('writes all bytes to a file with mode 0600', async () => {
    const file = await AtomicFile.create(target());
    await file.append(Buffer.from('first '));
    await file.append(Buffer.from('second'));
    expect(await readdir(folder)).toEqual(['snapshot.db.part']);
    await file.commit();
    await file.discard();
    expect(await readdir(folder)).toEqual(['snapshot.db']);
    expect(await readFile(target(), 'utf8')).toBe('first second');
    expect((await stat(target())).mode & 0o777).toBe(0o600);
  });

  it('does not change an older file before the commit, and leaves no part file after discard', async () => {
    await writeFile(target(), 'older');
    const file = await AtomicFile.create(target());
    await file.append(Buffer.from('newer'));
    expect(await readFile(target(), 'utf8')).toBe('older');
    await file.discard();
    expect(await readdir(folder)).toEqual(['snapshot.db']);
    expect(await readFile(target(), 'utf8')).toBe('older');
  });

  it('replaces the part file of a process that was killed', async () => {
    await writeFile(`${target()}.part`, 'left over', { mode: 0o644 });
    const file = await AtomicFile.create(target());
    await file.append(Buffer.from('x'));
    await file.commit();
    expect(await readFile(target(), 'utf8')).toBe('x');
    expect((await stat(target())).mode & 0o777).toBe(0o600);
  });

  it('does not follow a symbolic link with the name of the part file', async () => {
    await writeFile(join(folder, 'victim'), 'untouched');
    await symlink(join(folder, 'victim'), `${target()}.part`);
    const file = await AtomicFile.create(target());
    await file.append(Buffer.from('x'));
    await file.commit();
    expect(await readFile(join(folder, 'victim'), 'utf8')).toBe('untouched');
  });

  it.each<[what: string, make: () => string | Promise<string>]>([
    ['device', () => '/dev/null'],
    [
      'named pipe',
      () => {
        execFileSync('mkfifo', [target()]);
        return target();
      },
    ],
    [
      'socket',
      async () => {
        const server = createServer();
        await new Promise<void>((listening) => server.listen(target(), listening));
        server.unref();
        return target();
      },
    ],
    [
      'device',
      async () => {
        await symlink('/dev/null', target());
        return target();
      },
    ],
    ...linuxCases,
  ])('does not replace a %s', async (what, make) => {
    const path = await make();
    const before = await readdir(folder);
    await expect(AtomicFile.create(path)).rejects.toThrow(`could not save to ${path} (it is a ${what})`);
    expect(await readdir(folder)).toEqual(before);
  });

  it.each([
    ['to a file', 'older'],
    ['that is dangling', 'nowhere'],
    ['to itself', 'snapshot.db'],
  ])('replaces a symbolic link %s, as etcdctl does', async (_what, to) => {
    await writeFile(join(folder, 'older'), 'older');
    await symlink(to, target());
    const file = await AtomicFile.create(target());
    await file.append(Buffer.from('newer'));
    await file.commit();
    expect((await lstat(target())).isFile()).toBe(true);
    expect(await readFile(join(folder, 'older'), 'utf8')).toBe('older');
  });

  it.each([
    ['the part file', () => rm(`${target()}.part`)],
    ['the directory', () => rm(folder, { recursive: true })],
  ])('reports that %s was removed', async (_what, remove) => {
    const file = await AtomicFile.create(target());
    await file.append(Buffer.from('x'));
    await remove();
    await expect(file.commit()).rejects.toMatchObject({
      message:
        `could not rename ${target()}.part to ${target()} ` +
        `(rename ${target()}.part ${target()}: no such file or directory)`,
      reasons: [expect.stringContaining('was removed')],
    });
    await file.discard();
  });

  it('fails when a directory has the name of the part file, and does not remove it', async () => {
    await mkdir(`${target()}.part`);
    await expect(AtomicFile.create(target())).rejects.toThrow(`(open ${target()}.part: is a directory)`);
    expect(await readdir(folder)).toEqual(['snapshot.db.part']);
  });

  it('fails for a directory, in a missing directory, and when a second process writes to the same path', async () => {
    await mkdir(target());
    await expect(AtomicFile.create(target())).rejects.toThrow('it is a directory');
    const lost = join(folder, 'no', 'where');
    await expect(AtomicFile.create(lost)).rejects.toThrow(
      `could not open ${lost}.part (open ${lost}.part: no such file or directory)`,
    );
    const path = join(folder, 'both');
    const first = await AtomicFile.create(path);
    const second = await AtomicFile.create(path);
    await expect(first.commit()).rejects.toThrow('another program is writing to the same file');
    await first.discard();
    await second.append(Buffer.from('second'));
    await second.commit();
    expect(await readFile(path, 'utf8')).toBe('second');
  });

  it('leaves the part file alone of one that began when this one had got its name', async () => {
    const first = await AtomicFile.create(target());
    await first.append(Buffer.from('first'));
    await first.commit();
    const second = await AtomicFile.create(target());
    await first.discard();
    await second.append(Buffer.from('second'));
    await second.commit();
    expect(await readFile(target(), 'utf8')).toBe('second');
  });
});
