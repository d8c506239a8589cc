import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CompleteReference } from '../../../scripts/lib/reference.mjs';
import { compareVersions } from '../../../scripts/lib/version.mjs';
import { atRest } from '../../support/lab/at-rest.js';
import { type Lab, type LabOptions, references, startLab } from '../../support/lab/lab.js';
import { membersOf } from '../../support/lab/membership.js';
import { ourEtcdctl, ourEtcdutl, type Program, programAt, run } from '../../support/lab/program.js';
import {
  contentsOf,
  expectedMemberId,
  hashesOf,
  mustSucceed,
  restoring,
  type ServedHash,
  type StoreContents,
} from '../../support/lab/restored.js';

/** The store exceeds this quota after some of the large values below, and then has a NOSPACE alarm. */
const QUOTA_BYTES = 2_000_000;
const LARGE_VALUE = Buffer.alloc(400_000, 'x');
/** A bound: the database size grows only when the backend commits, ten times a second. */
const MAX_LARGE_VALUES = 50;

interface Source {
  readonly lab: Lab;
  /** Saved by our etcdctl. */
  readonly snapshot: string;
  readonly contents: StoreContents;
  readonly hashes: readonly ServedHash[];
}

/** Starts three members with TLS and fills them with data of every kind. */
async function startSource(reference: CompleteReference): Promise<Source> {
  const quota = [`--quota-backend-bytes=${QUOTA_BYTES}`];
  const lab = await startLab({ reference, profile: 'tls', members: 3, extraArgs: quota });
  const snapshot = path.join(lab.folder, 'snapshot.db');
  await fill(lab);
  await mustSucceed(ourEtcdctl(), [
    ...lab.flags(lab.cluster.endpoints.slice(0, 1)),
    'snapshot',
    'save',
    snapshot,
  ]);
  return { lab, snapshot, contents: await contentsOf(lab), hashes: await hashesOf(lab) };
}

async function fill(lab: Lab): Promise<void> {
  for (let index = 0; index < 40; index++) await lab.real(['put', `key-${index % 9}`, `value ${index}`]);
  const granted = (await lab.real(['lease', 'grant', '5000'])).stdout.toString();
  const [, lease = ''] = /^lease ([0-9a-f]+) granted/.exec(granted) ?? [];
  await lab.real(['put', 'leased', 'value', `--lease=${lease}`]);
  await lab.real(['lease', 'grant', '6000']);
  await lab.real(['role', 'add', 'reader']);
  await lab.real(['role', 'grant-permission', 'reader', '--prefix=true', 'read', 'key-']);
  await lab.real(['user', 'add', 'someone:secret']);
  await lab.real(['user', 'grant-role', 'someone', 'reader']);
  await lab.real(['del', 'key-3']);
  await lab.real(['compaction', '--physical', '30']);
  await lab.real(['put', 'key-4', 'after the compaction']);
  for (let count = 0; (await lab.real(['alarm', 'list'])).stdout.length === 0; count++) {
    if (count === MAX_LARGE_VALUES) throw new Error('the store does not get full');
    await run(lab.etcdctl, [...lab.flags(), 'put', `large-${count}`], { stdin: LARGE_VALUE });
  }
}

/** The flag with which a starting member compares its hash with those of the others, and does not serve when they differ. */
function comparingHashes(version: string): string {
  return compareVersions(version, '3.6.0') >= 0
    ? '--feature-gates=InitialCorruptCheck=true'
    : '--experimental-initial-corrupt-check=true';
}

describe.each(references.map((reference) => ({ reference, version: reference.version })))(
  'a cluster restored from a snapshot, etcd $version',
  ({ reference, version }) => {
    let source: Source;
    beforeAll(async () => {
      source = await startSource(reference);
    });
    afterAll(() => source?.lab.stop());

    const real = programAt(reference.etcdutl ?? reference.etcdctl);
    const serverEnv = { ETCD_VERIFY: 'all' };
    const restoredBy: readonly (readonly [string, (index: number) => Program, LabOptions])[] = [
      ['by our etcdutl and etcdctl', (index) => (index === 1 ? ourEtcdctl() : ourEtcdutl()), {}],
      [
        'by ours for one member and by the real program for two',
        (index) => (index === 1 ? ourEtcdutl() : real),
        { extraArgs: [comparingHashes(version)] },
      ],
    ];
    describe.each(restoredBy)('%s', (_restoredBy, by, extra) => {
      let lab: Lab;
      beforeAll(async () => {
        const prepare = restoring({ snapshot: source.snapshot, by });
        lab = await startLab({ reference, profile: 'tls', members: 3, prepare, serverEnv, ...extra });
      });
      afterAll(() => lab?.stop());

      it('has the keys, leases, users, roles and alarms of the saved cluster', async () => {
        expect(source.contents.alarms[0]).toMatch(/^memberID:\d+ alarm:NOSPACE ?$/);
        expect(source.contents.leases).toHaveLength(2);
        expect(await contentsOf(lab)).toEqual(source.contents);
      });

      it('has the same hash on all members, equal to that of the saved cluster and of the file', async () => {
        const file = JSON.parse(
          await mustSucceed(ourEtcdutl(), ['hashkv', source.snapshot, '-w', 'json']),
        ) as {
          readonly hash: number;
        };
        const all = [...source.hashes, ...(await hashesOf(lab))];
        expect(all).toHaveLength(6);
        expect(new Set(all.map(({ hash }) => hash))).toEqual(new Set([file.hash]));
      });

      it('has member ids that are computed from the URLs', async () => {
        const members = await membersOf(lab);
        expect(members.map(({ name, id }) => [name, id]).sort()).toEqual(
          lab.cluster.members.map(({ name, peerUrl }) => [name, expectedMemberId(peerUrl)]),
        );
        expect(members.every(({ isStarted, isLearner }) => isStarted && !isLearner)).toBe(true);
      });

      it('accepts writes when the alarm is disarmed, also after a restart of each member', async () => {
        expect(await put(lab, 'refused')).not.toBe(0);
        await mustSucceed(ourEtcdctl(), [...lab.flags(), 'alarm', 'disarm']);
        expect(await put(lab, 'before')).toBe(0);
        for (const index of [0, 1, 2]) await lab.cluster.restart(index);
        await lab.cluster.serving();
        expect(await put(lab, 'after')).toBe(0);
        // One of the members can lack the last change for a while.
        await atRest(lab);
        const hashes = await hashesOf(lab);
        expect(new Set(hashes.map(({ hash }) => hash)).size).toBe(1);
        expect((await contentsOf(lab)).revision).toBe(source.contents.revision + 2n);
      });
    });
  },
);

async function put(lab: Lab, key: string): Promise<number | null> {
  return (await run(ourEtcdctl(), [...lab.flags(), 'put', key, 'value'])).code;
}
