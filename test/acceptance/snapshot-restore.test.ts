import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { compareVersions } from '../../scripts/lib/version.mjs';
import { decodeSnap } from '../../src/storage/raft-snapshot/snap-file.js';
import { readDatabase } from '../storage/support/databases.js';
import { inFolder, newestEtcdutl } from '../support/lab/files-side-by-side.js';
import { references } from '../support/lab/lab.js';
import { writeLargeDatabase } from '../support/lab/large-database.js';
import { ourEtcdctl, ourEtcdutl, type Program, programAt, run, start } from '../support/lab/program.js';
import { type SavedFiles, saveFiles } from '../support/lab/saved-files.js';
import { startOnTerminal, terminalsMissing } from '../support/lab/terminal.js';

const WAL = 'member/wal/0000000000000000-0000000000000000.wal';
const SNAP = 'member/snap/0000000000000001-0000000000000003.snap';
const THREE_MEMBERS = [
  ...['--name', 'm2', '--initial-cluster-token', 'tok1'],
  '--initial-cluster=m1=http://127.0.0.1:24201,m2=http://127.0.0.1:24202,m3=http://127.0.0.1:24203',
  '--initial-advertise-peer-urls=http://127.0.0.1:24202',
];

/** The last etcdutl that writes zero fields explicitly, as ours does, so that all servers can read them. */
const etcdutl35 = references
  .filter(({ version, etcdutl }) => etcdutl !== undefined && compareVersions(version, '3.6.0') < 0)
  .map(({ etcdutl = '' }) => programAt(etcdutl))
  .at(-1);

async function succeed(program: Program, args: readonly string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await run(program, args, { cwd });
  expect(code, `${args.join(' ')}\n${stderr}`).toBe(0);
  return stdout.toString();
}

const read = (...names: string[]) => Uint8Array.from(readFileSync(path.join(...names)));

describe.each(references)('snapshot restore, files of etcd $version', (reference) => {
  let saved: SavedFiles;
  beforeAll(async () => {
    saved = await saveFiles(reference);
  });
  afterAll(() => saved?.remove());

  const restore = (program: Program, directory: string, flags: readonly string[], cwd: string) =>
    succeed(program, ['snapshot', 'restore', 'snapshot.db', `--data-dir=${directory}`, ...flags], cwd);

  it.skipIf(etcdutl35 === undefined).each([
    ['three members', THREE_MEMBERS],
    ['one member, bumped', ['--bump-revision=1000', '--mark-compacted']],
  ])('writes the same files as etcdutl 3.5: %s', async (_name, flags) => {
    await inFolder(saved, {}, async (folder) => {
      const real = etcdutl35 ?? programAt('');
      await restore(real, 'real', flags, folder);
      await restore(ourEtcdctl(), 'ours', flags, folder);
      expect(readFileSync(path.join(folder, 'ours', WAL)).equals(read(folder, 'real', WAL))).toBe(true);
      expectSamePairs(folder);
    });
  });

  it.skipIf(newestEtcdutl === undefined)(
    'writes the same WAL records and raft snapshot as the newest etcdutl',
    async () => {
      await inFolder(saved, {}, async (folder) => {
        const real = newestEtcdutl ?? programAt('');
        await restore(real, 'real', THREE_MEMBERS, folder);
        await restore(ourEtcdutl(), 'ours', THREE_MEMBERS, folder);
        expectSamePairs(folder);
        const [ours, theirs] = ['ours', 'real'].map((name) => decodeSnap(read(folder, name, SNAP), name));
        expect(ours?.metadata?.index).toBe(3n);
        expect(ours?.metadata?.confState?.voters).toEqual(theirs?.metadata?.confState?.voters);
        expect(ours?.metadata?.term).toBe(theirs?.metadata?.term);
      });
    },
  );

  /** Compares all pairs except raft's membership data, which the original does not change in the database. */
  function expectSamePairs(folder: string): void {
    const [ours, theirs] = ['ours', 'real'].map((name) => {
      const { meta = [], ...others } = readDatabase(read(folder, name, 'member/snap/db'));
      return { ...others, meta: meta.filter(([key]) => key !== 'confState') };
    });
    expect(Object.keys(ours ?? {})).toContain('members');
    expect(ours).toEqual(theirs);
  }

  it.skipIf(newestEtcdutl === undefined)(
    'writes a data directory that the real programs accept',
    async () => {
      await inFolder(saved, {}, async (folder) => {
        await restore(ourEtcdutl(), 'ours', [], folder);
        const line = ['snapshot', 'status', 'ours/member/snap/db', '-w', 'json'];
        const real = newestEtcdutl ?? programAt('');
        expect(await succeed(ourEtcdutl(), line, folder)).toBe(await succeed(real, line, folder));
        const verified = await succeed(ourEtcdutl(), ['snapshot', 'verify', 'ours/member/snap/db'], folder);
        expect(verified).toContain('ours/member/snap/db is good: ');
      });
    },
  );
});

describe('snapshot restore of a large file', () => {
  const newest = references.at(-1);
  let saved: SavedFiles;
  beforeAll(async () => {
    if (newest !== undefined) saved = await saveFiles(newest);
  });
  afterAll(() => saved?.remove());
  const given = (folder: string) => writeLargeDatabase(path.join(folder, 'large.db'));
  const line = [
    'snapshot',
    'restore',
    'large.db',
    '--skip-hash-check',
    '--data-dir=new/d',
    '--wal-dir=other/w',
  ];

  it.each(['SIGINT', 'SIGTERM'] as const)('leaves no files after %s', async (signal) => {
    await inFolder(saved, { given }, async (folder) => {
      const before = readdirSync(folder).sort();
      const { size, mtimeMs } = statSync(path.join(folder, 'large.db'));
      const running = start(ourEtcdutl(), line, { cwd: folder });
      await vi.waitFor(() => expect(readdirSync(folder)).toContain('new'), { interval: 5, timeout: 20_000 });
      running.kill(signal);
      const result = await running.result;
      expect(result.signal, result.stderr.toString()).toBe(signal);
      expect(result.stdout.toString() + result.stderr.toString()).toBe('');
      expect(readdirSync(folder).sort()).toEqual(before);
      expect(statSync(path.join(folder, 'large.db'))).toMatchObject({ size, mtimeMs });
    });
  });

  /** Pauses the restore for the time after which progress is shown. */
  async function restoreSlowly(folder: string) {
    const running = startOnTerminal(ourEtcdutl(), line, { cwd: folder });
    await vi.waitFor(() => expect(readdirSync(folder)).toContain('new'), { interval: 5, timeout: 20_000 });
    await running.signal('SIGSTOP');
    await sleep(600);
    await running.signal('SIGCONT');
    // `script` is stopped together with its child.
    running.kill('SIGCONT');
    return running;
  }

  it.skipIf(terminalsMissing !== undefined)('leaves no files on a terminal after two signals', async () => {
    await inFolder(saved, { given }, async (folder) => {
      const before = readdirSync(folder).sort();
      const running = await restoreSlowly(folder);
      await running.waitFor('Restoring');
      await Promise.all([running.signal('SIGTERM'), running.signal('SIGTERM')]);
      expect((await running.result).code).toBe(143);
      expect(readdirSync(folder).sort()).toEqual(before);
    });
  });

  it.skipIf(terminalsMissing !== undefined)('shows progress on a terminal only', async () => {
    await inFolder(saved, { given }, async (folder) => {
      const shown = await (await restoreSlowly(folder)).result;
      expect(shown.stdout.toString()).toMatch(/Restoring large\.db {2}\d+ \w?B of \d+ MB \(\d+%\), /);
      expect(readdirSync(path.join(folder, 'new/d/member'))).toEqual(['snap']);
      const quiet = await run(ourEtcdutl(), [...line.slice(0, -2), '--data-dir=e'], { cwd: folder });
      expect(quiet.stderr.toString()).toMatch(
        /^added member \w+ \(default\): .*\nrestored snapshot large\.db to e: member \w+ of cluster \w+\n$/,
      );
    });
  });
});
