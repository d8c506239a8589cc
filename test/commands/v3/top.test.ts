import { describe, expect, it } from 'vitest';
import { registerTop, runTop, type TopOptions } from '../../../src/commands/v3/top.js';
import type { StoreGroup, StoreUse } from '../../../src/model/store-use.js';
import { fakeContext } from '../../support/fake-context.js';
import { FakeKv } from '../../support/fake-kv.js';
import { type HistoryChange, historyDatabase } from '../../support/history-database.js';
import { parseCommand } from '../../support/parse-command.js';
import { useSnapshotFiles } from '../../support/snapshot-files.js';

const files = useSnapshotFiles();
const options = (...argv: string[]) => parseCommand(registerTop, ['top', ...argv]) as TopOptions;

/** The use of a snapshot with these changes. */
async function use(changes: readonly HistoryChange[], ...argv: string[]): Promise<StoreUse> {
  const path = files.write('a.db', historyDatabase(changes));
  const { context, emitted } = fakeContext();
  await runTop(options(...argv, '--from-snapshot', path), context);
  const [result] = emitted;
  if (result?.kind !== 'store-use') throw new Error('no use');
  return result.use;
}

const put = (...keys: string[]): HistoryChange[] => keys.map((key) => ({ key, value: '12345' }));
const names = ({ groups }: { readonly groups: readonly StoreGroup[] } = { groups: [] }) =>
  groups.map(({ name, keys }) => `${Buffer.from(name).toString()}=${keys}`);

describe('top: the command line', () => {
  it.each([
    [['a', 'b'], 'top command needs one argument as prefix, or none', 'arguments'],
    [['--sort=age'], 'unknown sort "age"', 'choice'],
    [['--separator='], '--separator must be one byte', 'arguments'],
    [['--separator=::'], '--separator must be one byte', 'arguments'],
    [['--depth=-1'], '--depth must be between 0 and 64', 'arguments'],
    [['--limit=-1'], '--limit must not be negative', 'arguments'],
    [
      ['--kubernetes', '--depth=2'],
      '--depth and --kubernetes cannot be set at the same time, choose one',
      'arguments',
    ],
  ])('rejects %j', (argv, message, kind) => {
    expect(() => options(...argv)).toThrow(expect.objectContaining({ message, kind }));
  });

  it('looks below /registry/ for Kubernetes, unless another prefix is given', () => {
    expect(Buffer.from(options('--kubernetes').prefix).toString()).toBe('/registry/');
    expect(Buffer.from(options('/kubernetes.io/', '--kubernetes').prefix).toString()).toBe('/kubernetes.io/');
  });
});

describe('top: prefixes', () => {
  it('have as many separators as the depth; a leading one is not counted', async () => {
    const changes = put(
      '/r/pods/a',
      '/r/pods/b',
      '/r/nodes/c',
      '/r/deep/er/d',
      '/r/direct',
      '/r/zebra',
      'top',
    );
    const at = async (depth: number) =>
      names((await use(changes, `--depth=${depth}`, '--sort=keys')).tables[0]);
    expect(await at(1)).toEqual(['/r/=6', '=1']);
    expect(await at(2)).toEqual(['/r/=2', '/r/pods/=2', '=1', '/r/deep/=1', '/r/nodes/=1']);
    expect(await at(3)).toEqual(['/r/=2', '/r/pods/=2', '=1', '/r/deep/er/=1', '/r/nodes/=1']);
  });

  it('are at the lowest depth that tells several apart', async () => {
    const { depth, tables } = await use(put('/a/b/c/1', '/a/b/d/2'));
    expect([depth, names(tables[0])]).toEqual([3, ['/a/b/c/=1', '/a/b/d/=1']]);
  });

  it('end with another separator', async () => {
    const { tables } = await use(put('a:1', 'a:2', 'b:1'), '--separator=:');
    expect(names(tables[0])).toEqual(['a:=2', 'b:=1']);
  });

  it('are listed up to the limit, and the others are summed up', async () => {
    const changes = Array.from({ length: 3000 }, (_, index) => put(`p${index % 1500}/${index}`)).flat();
    const { tables, total } = await use(
      [...put('big/1', 'big/2', 'big/3'), ...changes],
      '-n',
      '2',
      '--sort=keys',
    );
    expect(names(tables[0])).toEqual(['big/=3', 'p0/=2']);
    expect(tables[0]?.others).toMatchObject({ groups: 1499, keys: 2998 });
    expect(total.keys).toBe(3003);
    expect((await use(changes, '--limit=0')).tables[0]?.groups.length).toBe(1500);
  });

  it('are restricted to those that begin with the argument', async () => {
    const { tables, total } = await use(put('a/1', 'b/1', 'b/2'), 'b/');
    expect([names(tables[0]), total.keys]).toEqual([['b/=2'], 2]);
  });
});

describe('top: a snapshot', () => {
  it('shows older revisions and deletions, also of keys that are gone', async () => {
    const { total, tables, revision } = await use([
      { key: 'a/1', value: 'old' },
      { key: 'a/1', value: 'newer' },
      { key: 'b/1', value: 'gone' },
      { key: 'b/1' },
    ]);
    const a = { keys: 1, keyBytes: 3, valueBytes: 5, oldRevisions: 1, oldBytes: 6 };
    const b = { keys: 0, keyBytes: 0, valueBytes: 0, oldRevisions: 2, oldBytes: 10 };
    expect(tables[0]?.groups).toMatchObject([a, b]);
    expect(total).toEqual({ keys: 1, keyBytes: 3, valueBytes: 5, oldRevisions: 3, oldBytes: 16 });
    expect(revision).toBe(5n);
  });

  it('shows the size of the file, and its free pages', async () => {
    const { file } = await use(put('a'));
    expect(file).toEqual({ path: files.path('a.db'), sizeBytes: expect.any(Number), freeBytes: 0 });
  });
});

describe('top: Kubernetes', () => {
  it('sums up by resource and by namespace', async () => {
    const changes = put(
      '/registry/pods/default/a',
      '/registry/pods/kube-system/b',
      '/registry/services/specs/default/c',
      '/registry/services/endpoints/default/c',
      '/registry/minions/n1',
      '/registry/cert-manager.io/certificates/default/d',
      '/registry/cert-manager.io/clusterissuers/e',
      '/registry/apiextensions.k8s.io/customresourcedefinitions/f.example.com',
      '/registry/health',
      '/other/g',
    );
    const { tables, total } = await use(changes, '--kubernetes', '--sort=keys');
    expect(tables.map(({ by }) => by)).toEqual(['resource', 'namespace']);
    expect(names(tables[0])).toEqual([
      'pods=2',
      'apiextensions.k8s.io/customresourcedefinitions=1',
      'cert-manager.io/certificates=1',
      'cert-manager.io/clusterissuers=1',
      'endpoints=1',
      'health=1',
      'nodes=1',
      'services=1',
    ]);
    expect(names(tables[1])).toEqual(['(none)=4', 'default=4', 'kube-system=1']);
    expect(total.keys).toBe(9);
  });
});

describe('top: a cluster', () => {
  it('is read in pages', async () => {
    const kvs = Array.from({ length: 100 }, (_, index) => ({
      key: Buffer.from(`${index % 2}/${100 + index}`),
      value: Buffer.alloc(index),
      createRevision: 1n,
      modRevision: 1n,
      version: 1n,
      lease: 0n,
    })).sort((a, b) => Buffer.compare(a.key, b.key));
    const kv = await new FakeKv({ kvs }).reader.bounded();
    const { context, emitted } = fakeContext({ connect: () => ({ kv }) });
    await runTop(options(), context);
    expect(emitted).toMatchObject([
      {
        use: {
          total: { keys: 100, keyBytes: 500, valueBytes: 4950 },
          tables: [
            {
              groups: [
                { keys: 50, valueBytes: 2500 },
                { keys: 50, valueBytes: 2450 },
              ],
            },
          ],
        },
      },
    ]);
  });
});
