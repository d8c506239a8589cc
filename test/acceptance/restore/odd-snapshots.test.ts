import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareVersions } from '../../../scripts/lib/version.mjs';
import { withLongFreelist, withPageSize } from '../../support/lab/changed-snapshots.js';
import { file, inFolder } from '../../support/lab/files-side-by-side.js';
import { type Lab, type Profile, references, startLab } from '../../support/lab/lab.js';
import { ourEtcdctl, ourEtcdutl, programAt, run } from '../../support/lab/program.js';
import { contentsOf, hashesOf, mustSucceed, restoring } from '../../support/lab/restored.js';
import { type SavedFiles, saveFiles } from '../../support/lab/saved-files.js';

/** More pages than the count field in the page header, 16 bits, can hold. */
const FREE_PAGES = 70_000;

describe.each(references.map((reference) => ({ reference, version: reference.version })))(
  'a snapshot, etcd $version',
  ({ reference, version }) => {
    let saved: SavedFiles;
    beforeAll(async () => {
      saved = await saveFiles(reference);
    });
    afterAll(() => saved?.remove());
    const real = programAt(reference.etcdutl ?? reference.etcdctl);

    /** Calls `check` with a server that runs on the data directory restored by our etcdutl. */
    async function onRestored(
      snapshot: string,
      work: (lab: Lab) => Promise<void>,
      { profile = 'plain', flags = [] }: { profile?: Profile; flags?: readonly string[] } = {},
    ): Promise<void> {
      const prepare = restoring({ snapshot, by: () => ourEtcdutl(), flags });
      const lab = await startLab({ reference, profile, prepare });
      try {
        await work(lab);
      } finally {
        await lab.stop();
      }
    }

    async function expectSameHash(lab: Lab, snapshot: string): Promise<void> {
      const { hash } = JSON.parse(await mustSucceed(ourEtcdutl(), ['hashkv', snapshot, '-w', 'json'])) as {
        hash: number;
      };
      expect((await hashesOf(lab)).map((served) => served.hash)).toEqual([hash]);
    }

    it('with auth enabled is restored with its users and passwords', async () => {
      const source = await startLab({ reference, profile: 'auth' });
      try {
        const snapshot = path.join(source.folder, 'snapshot.db');
        await source.real(['put', 'secret', 'value']);
        await source.real(['snapshot', 'save', snapshot]);
        const check = async (lab: Lab) => {
          expect(await contentsOf(lab)).toEqual(await contentsOf(source));
          const [endpoint = ''] = lab.cluster.endpoints;
          const anonymous = await run(ourEtcdctl(), ['--endpoints', endpoint, 'get', 'secret']);
          expect(anonymous.stderr.toString()).toContain('etcdserver: user name is empty');
        };
        await onRestored(snapshot, check, { profile: 'auth' });
      } finally {
        await source.stop();
      }
    });

    it('of a store that never had a key is restored', async () => {
      const source = await startLab({ reference });
      try {
        const snapshot = path.join(source.folder, 'snapshot.db');
        await source.real(['snapshot', 'save', snapshot]);
        await onRestored(snapshot, async (lab) => {
          await expectSameHash(lab, snapshot);
          const put = await mustSucceed(ourEtcdctl(), [...lab.flags(), 'put', 'a', 'b', '-w', 'json']);
          expect(put).toContain('"revision":2');
        });
        await onRestored(
          snapshot,
          async (lab) => expect((await contentsOf(lab)).revision).toBeGreaterThanOrEqual(1000n),
          { flags: ['--bump-revision', '1000', '--mark-compacted'] },
        );
      } finally {
        await source.stop();
      }
    });

    it.each([1024, 16_384, 65_536])('with pages of %i bytes is restored', async (pageSizeBytes) => {
      await inFolder(saved, {}, async (folder) => {
        const snapshot = path.join(folder, 'pages.db');
        withPageSize(saved.snapshot, snapshot, pageSizeBytes);
        await expectSameStatus(snapshot);
        await onRestored(snapshot, (lab) => expectSameHash(lab, saved.snapshot));
      });
    });

    it('with a stored freelist that is longer than the count field of its header allows is restored', async () => {
      await inFolder(saved, {}, async (folder) => {
        const database = path.join(folder, 'freelist.db');
        withLongFreelist(saved.snapshot, database, FREE_PAGES);
        await expectSameStatus(database);
        await onRestored(database, (lab) => expectSameHash(lab, saved.snapshot), {
          flags: ['--skip-hash-check'],
        });
      });
    });

    async function expectSameStatus(snapshot: string): Promise<void> {
      const ours = compareVersions(version, '3.6.0') < 0 ? ourEtcdctl() : ourEtcdutl();
      const line = ['snapshot', 'status', snapshot, '-w', 'json'];
      expect(await mustSucceed(ours, line)).toBe(await mustSucceed(real, line));
      await mustSucceed(ourEtcdutl(), ['snapshot', 'verify', snapshot]);
    }

    const LINES = [
      'snapshot status broken.db',
      'snapshot verify broken.db',
      'snapshot restore broken.db --skip-hash-check',
      'hashkv broken.db',
      'defrag --data-dir data',
    ];
    it.each<readonly [string, (bytes: Buffer) => Uint8Array, RegExp]>([
      // A restore checks the checksum first, as etcdutl does.
      [
        'empty',
        () => Buffer.alloc(0),
        /not an etcd database .*\(byte 0 of |too short for a snapshot\nError: seek broken\.db: invalid argument/,
      ],
      ['cut in the first page', (bytes) => bytes.subarray(0, 50), /not an etcd database .*\(byte 0 of /],
      ['cut in the middle', (bytes) => bytes.subarray(0, 9001), /is truncated: .*\(byte 9001 of /],
      ['zeros', (bytes) => Buffer.alloc(bytes.length - 32), /not an etcd database .*\(byte 0 of /],
    ])('that is %s is refused, with the offset of the error', async (_what, damage, message) => {
      const broken = damage(readFileSync(saved.snapshot));
      const given = (folder: string) => {
        file('broken.db', broken)(folder);
        writeFileSync(path.join(folder, 'data/member/snap/db'), broken);
      };
      await inFolder(saved, { given }, async (folder) => {
        const before = readdirSync(folder, { recursive: true }).sort();
        for (const line of LINES) {
          const { code, stdout, stderr } = await run(ourEtcdutl(), line.split(' '), { cwd: folder });
          expect(stderr.toString()).toMatch(message);
          expect(stderr.toString()).toMatch(/^Error: .*\n$/m);
          expect({ line, code, stdout: stdout.toString() }).toEqual({ line, code: 1, stdout: '' });
        }
        expect(readdirSync(folder, { recursive: true }).sort()).toEqual(before);
      });
    });
  },
);
