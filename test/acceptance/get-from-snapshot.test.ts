import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RangeResponse } from '../../src/wire/etcdserver.js';
import { comparesWithAtLeast, type Lab, references, startLab } from '../support/lab/lab.js';
import { ourEtcdctl, type RunResult, run } from '../support/lab/program.js';
import { Dice } from '../support/lab/random/dice.js';
import { changeAtRandom } from '../support/lab/random/history.js';
import { restoring } from '../support/lab/restored.js';

const RANGES = [
  ['a'],
  ['a/x/0'],
  ['missing'],
  ['a', 'b/y'],
  ['b', 'a'],
  ['', '--prefix'],
  ['a/', '--prefix'],
].concat([
  ['', '--from-key'],
  ['b/x', '--from-key'],
]);
/** With more than twelve keys, a server leaves those that are equal in the field of --sort-by in an order of its own. */
const FEW_KEYS = ['a/', '--prefix'];
const FORMATS = [[], ['-w=json'], ['-w=fields'], ['-w=protobuf'], ['--hex'], ['-w=fields', '--hex']];
const CHOICES = [
  [],
  ['--keys-only'],
  ['--limit=3'],
  ['--limit=-1', '--keys-only'],
  ['--print-value-only'],
  ['--order=DESCEND', '--limit=4'],
  ['--sort-by=CREATE'],
  ['--sort-by=MODIFY', '--order=DESCEND'],
  ['--sort-by=VERSION', '--limit=5'],
  ['--sort-by=VALUE', '--order=ASCEND', '--limit=6'],
  ['--consistency=s'],
  ...(comparesWithAtLeast('3.6')
    ? [
        ['--count-only'],
        ['--min-mod-rev=40'],
        ['--max-create-rev=60', '--limit=2'],
        ['--max-mod-rev=90', '--sort-by=CREATE'],
      ]
    : []),
];

/**
 * Stdout without what a snapshot does not have: ids of cluster and member, and the current raft term. Servers from 3.7 on leave out the
 * leases with --keys-only, earlier ones do not.
 */
function comparable({ code, stdout, stderr }: RunResult, args: readonly string[]): unknown {
  const withLeases = !args.includes('--keys-only');
  const lastLine = stderr.toString().trimEnd().split('\n').at(-1);
  return {
    code,
    out: args.includes('-w=protobuf')
      ? decoded(stdout, withLeases)
      : withoutIds(stdout.toString('latin1'), withLeases),
    lastLine,
  };
}

function withoutIds(text: string, withLeases: boolean): string {
  return text
    .replace(withLeases ? /$/ : /^"Lease" :.*\n|,"lease":\d+/gm, '')
    .replace(/^"(ClusterID|MemberID|RaftTerm)" :.*\n/gm, '')
    .replace(/"(cluster_id|member_id|raft_term)":\d+,?/g, '')
    .replace(/,}/, '}');
}

function decoded(bytes: Buffer, withLeases: boolean): unknown {
  const { header, kvs, ...response } = RangeResponse.decode(bytes);
  return {
    ...response,
    kvs: kvs.map((kv) => (withLeases ? kv : { ...kv, lease: 0n })),
    revision: header?.revision,
  };
}

describe.each(references.map((reference) => ({ reference, version: reference.version })))(
  'get --from-snapshot, etcd $version',
  ({ reference, version }) => {
    const seed = Number(version.replaceAll('.', ''));
    const snapshot = () => path.join(lab.folder, 'snapshot.db');
    let lab: Lab;
    let current: bigint;
    beforeAll(async () => {
      lab = await startLab({ reference });
      await changeAtRandom(lab.cluster.endpoints, { seed, changes: 40 });
      await lab.real(['compaction', '30', '--physical']);
      await lab.real(['defrag']);
      await changeAtRandom(lab.cluster.endpoints, { seed: seed + 1, changes: 60 });
      await lab.real(['compaction', '35']);
      current = await changeAtRandom(lab.cluster.endpoints, { seed: seed + 2, changes: 20 });
      await lab.real(['snapshot', 'save', snapshot()]);
    });
    afterAll(() => lab?.stop());

    async function expectEqual(args: readonly string[], server: Lab = lab): Promise<void> {
      const real = await run(lab.newestEtcdctl, [...server.flags(), 'get', ...args]);
      const ours = await run(ourEtcdctl(), ['get', ...args, '--from-snapshot', snapshot()]);
      expect(comparable(ours, args), args.join(' ')).toEqual(comparable(real, args));
    }

    it('prints every revision as etcdctl prints it from the server', async () => {
      for (let revision = 33n; revision <= current + 1n; revision += 3n) {
        await expectEqual(['', '--prefix', '-w=json', `--rev=${revision}`]);
      }
      for (const revision of [1n, 34n, 35n, current, current + 1n]) {
        await expectEqual(['a/', '--prefix', `--rev=${revision}`]);
      }
    }, 120_000);

    it('has the flags of get, with the same output', async () => {
      const dice = new Dice(seed);
      for (let count = 0; count < 60; count++) {
        const revision = dice.chance(0.5) ? [] : [`--rev=${35 + dice.below(Number(current) - 34)}`];
        const choice = dice.pick(CHOICES);
        const range = choice.join().includes('--sort-by') ? FEW_KEYS : dice.pick(RANGES);
        await expectEqual([...range, ...choice, ...dice.pick(FORMATS), ...revision]);
      }
    }, 120_000);

    it('writes and decodes values as from the server', async () => {
      const { stdout } = await lab.real([
        'get',
        'a/',
        '--prefix',
        '--limit=1',
        '--print-value-only',
        '--hex',
      ]);
      const value = Buffer.from(stdout.toString().trim().replaceAll('\\x', ''), 'hex');
      for (const flags of [['--raw'], ['--decode'], ['--decode', '-w=json'], ['--decode=hex']]) {
        const args = ['get', 'a/', '--prefix', '--limit=1', ...flags];
        const ours = await run(ourEtcdctl(), [...args, '--from-snapshot', snapshot()]);
        expect(ours, args.join(' ')).toEqual(await run(ourEtcdctl(), [...args, ...lab.flags()]));
        if (flags[0] === '--raw') expect(ours.stdout).toEqual(value);
      }
    });

    it('reads a compressed snapshot', async () => {
      const compressed = path.join(lab.folder, 'snapshot.db.zst');
      const saved = await run(ourEtcdctl(), ['snapshot', 'save', '--compress', compressed, ...lab.flags()]);
      expect(saved.code, saved.stderr.toString()).toBe(0);
      for (const args of [
        ['', '--prefix', '-w=json'],
        ['a/', '--prefix', `--rev=${current - 5n}`],
      ]) {
        const real = await run(lab.newestEtcdctl, [...lab.flags(), 'get', ...args]);
        const ours = await run(ourEtcdctl(), ['get', ...args, '--from-snapshot', compressed]);
        expect(comparable(ours, args), args.join(' ')).toEqual(comparable(real, args));
      }
    });

    it('prints what a server prints that was restored from the file', async () => {
      const by = () => lab.etcdutl ?? lab.etcdctl;
      const restored = await startLab({ reference, prepare: restoring({ snapshot: snapshot(), by }) });
      try {
        for (const revision of [0n, 34n, 35n, 60n, current - 1n, current + 1n]) {
          await expectEqual(['', '--prefix', '-w=json', `--rev=${revision}`], restored);
        }
      } finally {
        await restored.stop();
      }
    });
  },
);

it('says which file it cannot read', async () => {
  const { code, stderr } = await run(ourEtcdctl(), ['get', 'a', '--from-snapshot', '/nowhere/a.db']);
  expect({ code, stderr: stderr.toString() }).toEqual({
    code: 1,
    stderr: 'Error: stat /nowhere/a.db: no such file or directory\n',
  });
});
