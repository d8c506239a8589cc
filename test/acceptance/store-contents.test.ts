import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gatewayOf } from '../../bench/scenes/gateway.mjs';
import { fillKubernetesStore, kubernetesPairs } from '../../bench/scenes/kubernetes-store.mjs';
import { type Lab, references, startLab } from '../support/lab/lab.js';
import { ourEtcdctl, run } from '../support/lab/program.js';
import { changeAtRandom } from '../support/lab/random/history.js';

interface StoredPair {
  readonly key: string;
  readonly value?: string;
}

/** The keys and values of the store at a revision, in base64, as the real etcdctl prints them. */
async function contents(lab: Lab, revision = 0n): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await lab.real(['get', '', '--prefix', '-w=json', `--rev=${revision}`]);
  const { kvs = [] } = JSON.parse(stdout.toString()) as { kvs?: readonly StoredPair[] };
  return new Map(kvs.map(({ key, value = '' }) => [key, value]));
}

/** Pairs of a change and a key, in the order of the keys. */
function expectedDifferences(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>) {
  const keys = [...new Set([...before.keys(), ...after.keys()])];
  const bytes = (key: string) => Buffer.from(key, 'base64');
  return keys
    .sort((a, b) => Buffer.compare(bytes(a), bytes(b)))
    .flatMap((key) => {
      const [old, now] = [before.get(key), after.get(key)];
      if (old === now) return [];
      return [
        [old === undefined ? 'added' : now === undefined ? 'removed' : 'changed', key, old ?? '', now ?? ''],
      ];
    });
}

async function ourDiff(args: readonly string[]) {
  const { code, stdout, stderr } = await run(ourEtcdctl(), ['diff', ...args, '-w=json', '--values']);
  if (code !== 0 && code !== 1) throw new Error(stderr.toString());
  const { differences, ...summary } = JSON.parse(stdout.toString());
  return {
    code,
    summary,
    differences: differences.map(
      ({
        change,
        key,
        before,
        after,
      }: {
        change: string;
        key: string;
        before?: StoredPair;
        after?: StoredPair;
      }) => [change, key, before?.value ?? '', after?.value ?? ''],
    ),
  };
}

describe.each(references.map((reference) => ({ reference, version: reference.version })))(
  'diff, etcd $version',
  ({ reference, version }) => {
    const seed = Number(version.replaceAll('.', ''));
    const file = (name: string) => path.join(lab.folder, name);
    let lab: Lab;
    const states: { readonly revision: bigint; readonly contents: ReadonlyMap<string, string> }[] = [];
    beforeAll(async () => {
      lab = await startLab({ reference });
      for (const [index, changes] of [20, 30, 12].entries()) {
        const revision = await changeAtRandom(lab.cluster.endpoints, { seed: seed + index, changes });
        if (index === 1) await lab.real(['compaction', `${revision - 10n}`, '--physical']);
        states.push({ revision, contents: await contents(lab) });
        await lab.real(['snapshot', 'save', file(`${index}.db`)]);
      }
    });
    afterAll(() => lab?.stop());

    it.each([
      [0, 1],
      [1, 0],
      [0, 2],
      [2, 2],
    ])('of two snapshots is that of their contents: %i and %i', async (first, second) => {
      const [before, after] = [states[first], states[second]];
      if (before === undefined || after === undefined) throw new Error('no state');
      const { code, summary, differences } = await ourDiff([file(`${first}.db`), file(`${second}.db`)]);
      expect(differences).toEqual(expectedDifferences(before.contents, after.contents));
      expect(code).toBe(first === second ? 0 : 1);
      expect([summary.before.revision, summary.after.revision]).toEqual(
        [before.revision, after.revision].map(Number),
      );
      const { added, removed, changed, equal } = summary;
      expect([removed + changed + equal, added + changed + equal]).toEqual([
        before.contents.size,
        after.contents.size,
      ]);
    });

    it('of a snapshot and the cluster is that of their contents', async () => {
      const [before, , after] = states;
      if (before === undefined || after === undefined) throw new Error('no state');
      const { differences, summary } = await ourDiff([file('0.db'), ...lab.flags()]);
      expect(differences).toEqual(expectedDifferences(before.contents, after.contents));
      expect(summary.after).toEqual({ source: 'cluster', revision: Number(after.revision) });
    });

    it('of two revisions of one snapshot is that of the server at these revisions', async () => {
      const last = states[2]?.revision ?? 0n;
      for (const revision of [last - 11n, last - 5n, last - 1n]) {
        const { differences } = await ourDiff([file('2.db'), file('2.db'), `--before-rev=${revision}`]);
        expect(differences).toEqual(expectedDifferences(await contents(lab, revision), await contents(lab)));
      }
    });

    it('of a compressed snapshot is that of the same one uncompressed', async () => {
      const compressed = file('2.db.zst');
      const saved = await run(ourEtcdctl(), ['snapshot', 'save', '--compress', compressed, ...lab.flags()]);
      expect(saved.code, saved.stderr.toString()).toBe(0);
      const { differences } = await ourDiff([file('0.db'), compressed]);
      expect(differences.length).toBeGreaterThan(0);
      expect(differences).toEqual((await ourDiff([file('0.db'), file('2.db')])).differences);
    });

    it('says which revision a side does not have, with status 2', async () => {
      const { code, stderr } = await run(ourEtcdctl(), ['diff', file('0.db'), file('1.db'), '--after-rev=2']);
      expect([code, stderr.toString().trimEnd().split('\n').at(-1)]).toEqual([
        2,
        'Error: etcdserver: mvcc: required revision has been compacted',
      ]);
    });
  },
);

describe('top, of a store as kube-apiserver has it', () => {
  const PLACES = ['cluster', 'snapshot', 'compressed snapshot'] as const;
  const OPTIONS = { keys: 5000, bytes: 20e6, seed: 3 };
  const pairs = [...kubernetesPairs(OPTIONS)];
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
    const gateway = gatewayOf(lab.cluster.endpoints[0] ?? '');
    await fillKubernetesStore(gateway, OPTIONS);
    gateway.close();
    await lab.real(['snapshot', 'save', path.join(lab.folder, 'snapshot.db')]);
    const compressed = path.join(lab.folder, 'snapshot.db.zst');
    await run(ourEtcdctl(), ['snapshot', 'save', '--compress', compressed, ...lab.flags()]);
  });
  afterAll(() => lab?.stop());

  const sums = (names: (key: string) => string) => {
    const all = new Map<string, { keys: number; keyBytes: number; valueBytes: number }>();
    for (const { key, value } of pairs) {
      const { keys = 0, keyBytes = 0, valueBytes = 0 } = all.get(names(key)) ?? {};
      const next = { keys: keys + 1, keyBytes: keyBytes + key.length, valueBytes: valueBytes + value.length };
      all.set(names(key), next);
    }
    return Object.fromEntries(all);
  };

  async function ours(args: readonly string[], where: (typeof PLACES)[number]) {
    const file = path.join(lab.folder, where === 'snapshot' ? 'snapshot.db' : 'snapshot.db.zst');
    const source = where === 'cluster' ? lab.flags() : [`--from-snapshot=${file}`];
    const { stdout, stderr } = await run(ourEtcdctl(), ['top', ...args, '-w=json', '-n=0', ...source]);
    expect(stderr.toString()).toBe('');
    const { tables, total } = JSON.parse(stdout.toString());
    const byName = tables.map(
      ({ groups }: { groups: { name: string; base64: string; oldBytes?: number }[] }) =>
        Object.fromEntries(groups.map(({ name, base64: _, oldBytes: _old, ...group }) => [name, group])),
    );
    return { tables: byName, total };
  }

  it.each(PLACES)('sums up prefixes: %s', async (where) => {
    const expected = sums((key) => /^\/[^/]+\/[^/]+\//.exec(key)?.[0] ?? '');
    const { tables, total } = await ours(['--depth=2'], where);
    expect(tables).toMatchObject([expected]);
    expect(total.keys).toBe(OPTIONS.keys);
  });

  it.each(PLACES)('sums up namespaces: %s', async (where) => {
    const parts = (key: string) =>
      key.replace(/^\/registry\/(services\/|[^/]*\.[^/]*\/)?[^/]+\//, '').split('/');
    const { tables } = await ours(['--kubernetes'], where);
    expect(tables[1]).toMatchObject(
      sums((key) => (parts(key).length > 1 ? (parts(key)[0] ?? '') : '(none)')),
    );
    expect(Object.keys(tables[0])).toEqual(
      expect.arrayContaining(['pods', 'endpoints', 'cert-manager.io/certificates']),
    );
  });
});
