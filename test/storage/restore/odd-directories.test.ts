/** Special targets of a restore. Results and messages are those of etcdutl 3.7.1. */
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
/** The longest name that is allowed. */
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

describe('a restore fails, and leaves nothing behind', () => {
  it.each([
    ['a directory that is not empty', 'full', undefined, 'data-dir "F/full" not empty or could not be read'],
    ['a file', 'file', undefined, 'data-dir "F/file" not empty or could not be read'],
    ['a path below a file', 'file/x', undefined, 'mkdir F/file: not a directory'],
    ['a dangling link', 'dangling', undefined, 'mkdir F/dangling: file exists'],
    ['a path below a dangling link', 'dangling/x', undefined, 'mkdir F/dangling: file exists'],
    ['a link to itself', 'loop', undefined, 'mkdir F/loop: file exists'],
    ['a name that is too long', LONG, undefined, `mkdir F/${LONG}: file name too long`],
    [
      'a path below a name that is too long',
      `new/${LONG}/d`,
      undefined,
      `mkdir F/new/${LONG}: file name too long`,
    ],
    ['a WAL directory that exists', 'd', 'empty', 'wal-dir "F/empty" exists'],
    ['a WAL directory with a name that is too long', 'd', LONG, `mkdir F/${LONG}: file name too long`],
    ['a WAL directory at a dangling link', 'd', 'dangling', 'mkdir F/dangling: file exists'],
    ['the same directory for both', 'd', 'd', 'expected "F/d" to be empty, got ["member"]'],
    [
      'the same directory for both, spelled differently',
      'd/',
      './d',
      'expected "F/./d" to be empty, got ["member"]',
    ],
    ['a WAL directory that contains the data', 'w/d', 'w', 'expected "F/w" to be empty, got ["d"]'],
    [
      'a WAL directory at the path of other data',
      'd',
      'd/member',
      'expected "F/d/member" to be empty, got ["snap"]',
    ],
    [
      'a WAL directory at the path of the database',
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

describe('a restore succeeds', () => {
  it.each([
    ['to an empty directory', 'empty', undefined, 'empty/member/wal'],
    ['to a path with trailing slashes', 'new//', undefined, 'new/member/wal'],
    ['through a link', 'link', undefined, 'empty/member/wal'],
    ['to a directory with the longest name', LONGEST, undefined, `${LONGEST}/member/wal`],
    ['with the WAL inside', 'd', 'd/wal', 'd/wal'],
    ['with the WAL inside, through a link', 'empty', 'link/wal', 'empty/wal'],
    ['with the WAL elsewhere', 'd', 'w//', 'w'],
  ])('%s', async (_what, dataDirectory, walDirectory, log) => {
    await restore(dataDirectory, walDirectory);
    expect(readdirSync(join(folder, log))).toEqual(['0000000000000000-0000000000000000.wal']);
    expect(existsSync(join(folder, dataDirectory, 'member', 'snap', 'db'))).toBe(true);
    expect(lstatSync(join(folder, 'link')).isSymbolicLink()).toBe(true);
    expect(names().filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('to a name that is not UTF-8', async () => {
    await restore('d\udcff');
    expect(existsSync(systemPath(`${folder}/d\udcff/member/snap/db`))).toBe(true);
  });
});
