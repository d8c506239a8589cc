/** Where restores go: as etcdutl 3.7.1 does, whose messages these are. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemPath } from '../../../src/go/file-path.js';
import { planCluster } from '../../../src/storage/restore/cluster-plan.js';
import { parseInitialCluster } from '../../../src/storage/restore/peer-urls.js';
import { restoreSnapshot } from '../../../src/storage/restore/restore.js';
import { snapshotOf } from '../support/fixtures.js';

const PLAN = planCluster(parseInitialCluster('m=http://h:1'), 'token', 'm');
const LONG = 'x'.repeat(300);
/** A name that is allowed, and leaves no room for more. */
const LONGEST = 'x'.repeat(255);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'odd-directories-'));
  writeFileSync(join(folder, 's.db'), snapshotOf('3.7.1'));
  mkdirSync(join(folder, 'empty'));
  mkdirSync(join(folder, 'full', 'lost+found'), { recursive: true });
  writeFileSync(join(folder, 'file'), '');
  symlinkSync('empty', join(folder, 'link'));
  symlinkSync('nowhere', join(folder, 'dangling'));
  symlinkSync('loop', join(folder, 'loop'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const restore = (dataDirectory: string, walDirectory?: string) =>
  restoreSnapshot({
    snapshotPath: join(folder, 's.db'),
    dataDirectory: `${folder}/${dataDirectory}`,
    walDirectory: walDirectory === undefined ? undefined : `${folder}/${walDirectory}`,
    plan: PLAN,
    skipHashCheck: false,
    revisionBump: 0n,
  });

const names = () => readdirSync(folder).sort();

describe('a restore is refused, and leaves nothing', () => {
  it.each([
    [
      'a directory that holds something',
      'full',
      undefined,
      'data-dir "F/full" not empty or could not be read',
    ],
    ['a file', 'file', undefined, 'data-dir "F/file" not empty or could not be read'],
    ['within a file', 'file/x', undefined, 'mkdir F/file: not a directory'],
    ['a link that leads nowhere', 'dangling', undefined, 'mkdir F/dangling: file exists'],
    ['below such a link', 'dangling/x', undefined, 'mkdir F/dangling: file exists'],
    ['a link that leads to itself', 'loop', undefined, 'mkdir F/loop: file exists'],
    ['a name that is too long', LONG, undefined, `mkdir F/${LONG}: file name too long`],
    ['below such a name', `new/${LONG}/d`, undefined, `mkdir F/new/${LONG}: file name too long`],
    ['a log that exists', 'd', 'empty', 'wal-dir "F/empty" exists'],
    ['a log of too long a name', 'd', LONG, `mkdir F/${LONG}: file name too long`],
    ['a log at such a link', 'd', 'dangling', 'mkdir F/dangling: file exists'],
    ['the same for both', 'd', 'd', 'expected "F/d" to be empty, got ["member"]'],
    ['the same, spelled differently', 'd/', './d', 'expected "F/./d" to be empty, got ["member"]'],
    ['a log that holds the data', 'w/d', 'w', 'expected "F/w" to be empty, got ["d"]'],
    ['a log in the place of other data', 'd', 'd/member', 'expected "F/d/member" to be empty, got ["snap"]'],
    [
      'a log in the place of the database',
      'd',
      'd/member/snap/db',
      'mkdir F/d/member/snap/db: not a directory',
    ],
  ])('%s', async (_what, dataDirectory, walDirectory, message) => {
    const before = names();
    await expect(restore(dataDirectory, walDirectory)).rejects.toThrow(
      message.replaceAll('F/', `${folder}/`),
    );
    expect(names()).toEqual(before);
  });
});

describe('a restore goes', () => {
  it.each([
    ['to an empty directory', 'empty', undefined, 'empty/member/wal'],
    ['to one behind slashes', 'new//', undefined, 'new/member/wal'],
    ['through a link', 'link', undefined, 'empty/member/wal'],
    ['to a longest name', LONGEST, undefined, `${LONGEST}/member/wal`],
    ['with the log inside', 'd', 'd/wal', 'd/wal'],
    ['with the log inside, by way of a link', 'empty', 'link/wal', 'empty/wal'],
    ['with the log elsewhere', 'd', 'w//', 'w'],
  ])('%s', async (_what, dataDirectory, walDirectory, log) => {
    await restore(dataDirectory, walDirectory);
    expect(readdirSync(join(folder, log))).toEqual(['0000000000000000-0000000000000000.wal']);
    expect(existsSync(join(folder, dataDirectory, 'member', 'snap', 'db'))).toBe(true);
    expect(lstatSync(join(folder, 'link')).isSymbolicLink()).toBe(true);
    expect(names().filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('to a name that is no UTF-8', async () => {
    await restore('d\udcff');
    expect(existsSync(systemPath(`${folder}/d\udcff/member/snap/db`))).toBe(true);
  });
});
