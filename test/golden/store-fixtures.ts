import type { KeyDifference, StoreDiff } from '../../src/model/store-diff.js';
import type { StoreGroup, StoreUse } from '../../src/model/store-use.js';
import { type Fixtures, keyValue } from './fixture-parts.js';

const group = (name: string, keys: number): StoreGroup => ({
  name: Buffer.from(name, 'latin1'),
  keys,
  keyBytes: keys * 20,
  valueBytes: keys * 1000,
});

const withHistory = (each: StoreGroup): StoreGroup => ({
  ...each,
  oldRevisions: each.keys * 2,
  oldBytes: each.keys * 2040,
});

const CLUSTER_USE: StoreUse = {
  revision: 9007199254740993n,
  total: { keys: 123, keyBytes: 2460, valueBytes: 123_000 },
  sort: 'bytes',
  depth: 2,
  tables: [
    {
      by: 'prefix',
      groups: [group('/registry/pods/', 100), group('/registry/"\xff é\n', 20), group('', 1)],
      others: { groups: 2, keys: 2, keyBytes: 40, valueBytes: 2000 },
    },
  ],
};

const SNAPSHOT_USE: StoreUse = {
  revision: 42n,
  file: { path: '/var/backups/a "b" é \udcff.db', sizeBytes: 409_600, freeBytes: 8192 },
  total: { keys: 120, keyBytes: 2400, valueBytes: 120_000, oldRevisions: 240, oldBytes: 244_800 },
  sort: 'keys',
  depth: 0,
  tables: [
    {
      by: 'resource',
      groups: [group('pods', 100), group('cert-manager.io/certificates', 20)].map(withHistory),
    },
    { by: 'namespace', groups: [group('kube-system', 120)].map(withHistory) },
  ],
};

const EMPTY_USE: StoreUse = {
  revision: 1n,
  total: { keys: 0, keyBytes: 0, valueBytes: 0 },
  sort: 'bytes',
  depth: 5,
  tables: [{ by: 'prefix', groups: [] }],
};

const DIFFERENCES: readonly KeyDifference[] = [
  { change: 'changed', key: Buffer.from('a') },
  { change: 'removed', key: Buffer.from('b "é"\n') },
  { change: 'added', key: Buffer.of(0xff, 0) },
];

/** Every output iterates over the differences anew. */
function diff(differences: readonly KeyDifference[], counts: Partial<StoreDiff> = {}): StoreDiff {
  return {
    before: { path: 'before.db', revision: 7n },
    after: { path: undefined, revision: 9007199254740993n },
    ...{ added: 1, removed: 1, changed: 1, equal: 1000 },
    ...counts,
    differences: {
      async *[Symbol.asyncIterator]() {
        for (const difference of differences) yield [difference];
      },
    },
  };
}

const WITH_VALUES: readonly KeyDifference[] = [
  { ...DIFFERENCES[0], before: keyValue('a', 'old\n'), after: keyValue('a', '') } as KeyDifference,
  { ...DIFFERENCES[1], before: keyValue('b', 'k8s\0\xff') } as KeyDifference,
  { ...DIFFERENCES[2], after: keyValue('c', 'é "quoted" <&>') } as KeyDifference,
];

export const STORE_FIXTURES: Fixtures = {
  'store-use': { kind: 'store-use', use: CLUSTER_USE },
  'store-use-of-snapshot': { kind: 'store-use', use: SNAPSHOT_USE },
  'store-use-empty': { kind: 'store-use', use: EMPTY_USE },
  'store-diff': { kind: 'store-diff', diff: diff(DIFFERENCES) },
  'store-diff-values': { kind: 'store-diff', diff: diff(WITH_VALUES) },
  'store-diff-equal': { kind: 'store-diff', diff: diff([], { added: 0, removed: 0, changed: 0 }) },
};
