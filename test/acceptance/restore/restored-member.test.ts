import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CompleteReference } from '../../../scripts/lib/reference.mjs';
import { compareVersions } from '../../../scripts/lib/version.mjs';
import { databasePath } from '../../../src/storage/data-directory/layout.js';
import { replacementPath } from '../../../src/storage/data-directory/replace-database.js';
import { decodeSnap } from '../../../src/storage/raft-snapshot/snap-file.js';
import { inFolder } from '../../support/lab/files-side-by-side.js';
import { type Lab, references, startLab } from '../../support/lab/lab.js';
import { ourEtcdctl, ourEtcdutl, type Program, programAt, run } from '../../support/lab/program.js';
import { contentsOf, hashesOf, mustSucceed, restoring } from '../../support/lab/restored.js';
import { type SavedFiles, saveFiles } from '../../support/lab/saved-files.js';
import { walRecordsOf, withoutDefaults } from '../../support/lab/wal-records.js';

const DATABASE = 'member/snap/db';
const LOG = 'member/wal/0000000000000000-0000000000000000.wal';
const RAFT_SNAPSHOT = 'member/snap/0000000000000001-0000000000000003.snap';

const isBefore = (version: string, other: string) => compareVersions(version, other) < 0;

/** The minor version of a server. */
function minorOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

/** Starts a server of this version on a data directory restored by our etcdutl. */
function startRestored(
  reference: CompleteReference,
  snapshot: string,
  flags: readonly string[] = [],
): Promise<Lab> {
  return startLab({ reference, prepare: restoring({ snapshot, by: () => ourEtcdutl(), flags }) });
}

/** Whether the program has `check v2store`, as late patches of 3.5 do; it reads the version 2 store in the raft snapshot. */
async function hasCheck(program: Program): Promise<boolean> {
  return (await run(program, ['--help'])).stdout.includes('check ');
}

async function ourHashKv(file: string, revision: bigint) {
  const args = ['hashkv', file, '--rev', `${revision}`, '-w', 'json'];
  return JSON.parse(await mustSucceed(ourEtcdutl(), args)) as {
    readonly hash: number;
    readonly hashRevision: number;
  };
}

describe.each(references.map((reference) => ({ reference, version: reference.version })))(
  'a member restored from a snapshot, etcd $version',
  ({ reference, version }) => {
    let saved: SavedFiles;
    beforeAll(async () => {
      saved = await saveFiles(reference);
    });
    afterAll(() => saved?.remove());
    const real = programAt(reference.etcdutl ?? reference.etcdctl);
    /** Our program that counts keys as the real program of this version does. */
    const ours = isBefore(version, '3.6.0') ? ourEtcdctl() : ourEtcdutl();

    it('has a database that the real program accepts, and whose hash is unchanged by defragmentation', async () => {
      await inFolder(saved, {}, async (folder) => {
        const status = async (program: typeof real, file: string) =>
          JSON.parse(
            await mustSucceed(program, ['snapshot', 'status', file, '-w', 'json'], { cwd: folder }),
          ) as {
            readonly hash: number;
          };
        await mustSucceed(ourEtcdutl(), ['snapshot', 'restore', 'snapshot.db', '--data-dir', 'restored'], {
          cwd: folder,
        });
        const restored = await status(real, `restored/${DATABASE}`);
        expect(await status(ours, `restored/${DATABASE}`)).toEqual(restored);
        for (const directory of ['restored', 'data']) {
          const before = await status(real, `${directory}/${DATABASE}`);
          await mustSucceed(ourEtcdutl(), ['defrag', '--data-dir', directory], { cwd: folder });
          const after = await status(real, `${directory}/${DATABASE}`);
          expect(await status(ours, `${directory}/${DATABASE}`)).toEqual(after);
          expect(after.hash).toBe(before.hash);
        }
      });
    });

    it('has the same WAL and raft snapshot as one restored by the real program', async () => {
      const members = [1, 2, 3].map((index) => `m${index}=http://127.0.0.1:2420${index}`).join(',');
      const flags = [
        ...['--name', 'm2', '--initial-cluster', members, '--initial-cluster-token', 'tok1'],
        ...['--initial-advertise-peer-urls', 'http://127.0.0.1:24202'],
      ];
      await inFolder(saved, {}, async (folder) => {
        const restore = async (program: typeof real, directory: string) => {
          const line = ['snapshot', 'restore', 'snapshot.db', '--data-dir', directory, ...flags];
          await mustSucceed(program, line, { cwd: folder, env: { ETCDCTL_API: '3' } });
          const at = (file: string) => readFileSync(path.join(folder, directory, file));
          return { log: at(LOG), snap: decodeSnap(at(RAFT_SNAPSHOT), directory) };
        };
        const made = await restore(ourEtcdutl(), 'ours');
        const stated = await restore(real, 'real');
        expect(made.log).toHaveLength(stated.log.length);
        expect(walRecordsOf(made.log)).toEqual(walRecordsOf(stated.log));
        // 3.4 omits the members; from 3.7 on, zero fields are omitted, which means the same.
        if (!isBefore(version, '3.5.0') && isBefore(version, '3.7.0')) {
          expect(made.log.equals(stated.log)).toBe(true);
        }
        if (reference.etcdutl !== undefined && (await hasCheck(real))) {
          const line = ['check', 'v2store', '--data-dir', 'ours'];
          expect(await mustSucceed(real, line, { cwd: folder })).toBe(
            'No custom content found in v2store.\n',
          );
        }
        expect(withoutDefaults(made.snap.metadata ?? {})).toEqual(
          withoutDefaults(stated.snap.metadata ?? {}),
        );
      });
    });

    it('returns the same hashes as our hashkv, and refuses the same revisions', async () => {
      const lab = await startRestored(reference, saved.snapshot);
      try {
        const { compacted, revision } = saved;
        // 3.4 also refuses the compacted revision itself.
        const oldest = isBefore(version, '3.5.0') ? compacted + 1n : compacted;
        for (const asked of [0n, oldest, compacted + 1n, revision - 1n, revision]) {
          const [served] = await hashesOf(lab, asked);
          const { hash } = await ourHashKv(saved.snapshot, asked);
          expect({ asked, hash: served?.hash }).toEqual({ asked, hash });
        }
        for (const [asked, reason] of [
          [compacted - 1n, 'required revision has been compacted'],
          [revision + 1n, 'required revision is a future revision'],
        ] as const) {
          const rev = ['--rev', `${asked}`];
          const refused = [
            await run(ourEtcdutl(), ['hashkv', saved.snapshot, ...rev]),
            await run(lab.etcdctl, [...lab.flags(), 'endpoint', 'hashkv', ...rev]),
          ];
          for (const { code, stderr } of refused) {
            expect(code).not.toBe(0);
            expect(stderr.toString()).toContain(reason);
          }
        }
      } finally {
        await lab.stop();
      }
    });

    it('does not reuse a revision when revisions are bumped', async () => {
      const lab = await startRestored(reference, saved.snapshot, [
        '--bump-revision',
        '1000',
        '--mark-compacted',
      ]);
      try {
        const bumped = saved.revision + 1000n;
        expect((await contentsOf(lab)).revision).toBe(bumped);
        const old = await run(ourEtcdctl(), [...lab.flags(), 'get', 'last', '--rev', `${saved.revision}`]);
        expect(old.stderr.toString()).toContain('etcdserver: mvcc: required revision has been compacted');
        const put = await mustSucceed(ourEtcdctl(), [...lab.flags(), 'put', 'next', 'v', '-w', 'json']);
        expect(put).toContain(`"revision":${bumped + 1n}`);
        const watched = await mustSucceed(ourEtcdctl(), [...lab.flags(), 'get', 'next', '-w', 'json']);
        expect(watched).toContain(`"mod_revision":${bumped + 1n}`);
      } finally {
        await lab.stop();
      }
    });

    it('starts after a defragmentation, also with a temporary file left by a killed one', async () => {
      const restore = restoring({ snapshot: saved.snapshot, by: () => ourEtcdutl() });
      const lab = await startLab({
        reference,
        prepare: async (members) => {
          await restore(members);
          const directory = members[0]?.dataDir ?? '';
          await mustSucceed(ourEtcdutl(), ['defrag', '--data-dir', directory]);
          // The temporary file of a killed defragmentation.
          writeFileSync(replacementPath(databasePath(directory)), 'a part');
        },
      });
      try {
        const [served] = await hashesOf(lab);
        expect(served?.hash).toBe((await ourHashKv(saved.snapshot, 0n)).hash);
        const snap = path.dirname(databasePath(lab.cluster.members[0]?.dataDir ?? ''));
        expect(readdirSync(snap).filter((name) => !name.endsWith('.snap'))).toEqual(['db']);
        await mustSucceed(ourEtcdctl(), [...lab.flags(), 'put', 'still', 'there']);
      } finally {
        await lab.stop();
      }
    });

    const olderServers = references.filter((each) => isBefore(minorOf(each.version), minorOf(version)));
    it.each(olderServers)(`starts on etcd $version with --target-version`, async (older) => {
      const lab = await startRestored(older, saved.snapshot, ['--target-version', minorOf(older.version)]);
      try {
        const contents = await contentsOf(lab);
        expect(contents.revision).toBe(saved.revision);
        expect(contents.users).toHaveLength(1);
        const put = () => mustSucceed(ourEtcdctl(), [...lab.flags(), 'put', 'new', 'value']);
        await vi.waitFor(put, { timeout: 40_000 });
        await lab.cluster.restart(0);
        const [served] = await hashesOf(lab, saved.revision);
        expect(served?.hash).toBe((await ourHashKv(saved.snapshot, saved.revision)).hash);
      } finally {
        await lab.stop();
      }
    });

    const refusing = olderServers.filter((each) => !isBefore(each.version, '3.6.0'));
    it.runIf(refusing.length > 0)('does not start on older servers without --target-version', async () => {
      for (const older of refusing) {
        await expect(startRestored(older, saved.snapshot)).rejects.toThrow('ended before it served');
      }
    });
  },
);
