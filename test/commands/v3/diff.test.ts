import { describe, expect, it } from 'vitest';
import { type DiffOptions, registerDiff, runDiff } from '../../../src/commands/v3/diff.js';
import type { KeyValue } from '../../../src/model/messages/kv.js';
import type { Result } from '../../../src/model/results.js';
import type { KeyDifference } from '../../../src/model/store-diff.js';
import { fakeContext } from '../../support/fake-context.js';
import { FakeKv } from '../../support/fake-kv.js';
import { type HistoryChange, historyDatabase } from '../../support/history-database.js';
import { parseCommand } from '../../support/parse-command.js';
import { useSnapshotFiles } from '../../support/snapshot-files.js';

const files = useSnapshotFiles();
const options = (...argv: string[]) => parseCommand(registerDiff, ['diff', ...argv]) as DiffOptions;

interface Outcome {
  readonly counts: readonly number[];
  readonly differences: readonly KeyDifference[];
  readonly error: unknown;
}

async function diff(argv: readonly string[], cluster: readonly KeyValue[] = []): Promise<Outcome> {
  const kv = await new FakeKv({ kvs: cluster }).reader.bounded();
  const { context } = fakeContext({ connect: () => ({ kv }) });
  let counts: number[] = [];
  const differences: KeyDifference[] = [];
  const emit = async (result: Result) => {
    if (result.kind !== 'store-diff') throw new Error(result.kind);
    const { added, removed, changed, equal } = result.diff;
    counts = [added, removed, changed, equal];
    for await (const part of result.diff.differences) differences.push(...part);
  };
  const error = await runDiff(options(...argv), { ...context, emit }).catch((cause) => cause);
  return { counts, differences, error };
}

const SIGNS = { added: '+', removed: '-', changed: '~' };
const lines = ({ differences }: Outcome) =>
  differences.map(({ change, key, before, after }) => {
    const values = [before, after].map((kv) => kv && Buffer.from(kv.value).toString());
    return `${SIGNS[change]}${Buffer.from(key)}${before || after ? ` ${values.map((each) => each ?? '').join('>')}` : ''}`;
  });

const BEFORE: readonly HistoryChange[] = [
  { key: 'same', value: '1' },
  { key: 'removed', value: '2' },
  { key: 'changed', value: '3' },
  { key: 'again', value: '4' },
  { key: 'never', value: '5' },
  { key: 'never' },
];
const AFTER: readonly HistoryChange[] = [
  ...BEFORE,
  { key: 'removed' },
  { key: 'changed', value: 'three' },
  { key: 'again', value: '4' },
  { key: 'added', value: '6' },
];
const write = (name: string, changes: readonly HistoryChange[]) =>
  files.write(name, historyDatabase(changes));

describe('diff: the command line', () => {
  it.each([
    [[], 'diff command needs one snapshot as argument, or two'],
    [['a', 'b', 'c'], 'diff command needs one snapshot as argument, or two'],
    [['a', '--after-rev=-1'], 'a revision must not be negative'],
  ])('rejects %j', (argv, message) => {
    expect(() => options(...argv)).toThrow(expect.objectContaining({ message, kind: 'arguments' }));
  });
});

describe('diff: two snapshots', () => {
  it('counts, and names the keys in their order', async () => {
    const outcome = await diff([write('a.db', BEFORE), write('b.db', AFTER)]);
    expect(outcome.counts).toEqual([1, 1, 1, 2]);
    expect(lines(outcome)).toEqual(['+added', '~changed', '-removed']);
    expect(outcome.error).toMatchObject({ exitCode: 1, name: 'AlreadyReportedError' });
  });

  it('shows the values', async () => {
    const outcome = await diff([write('a.db', BEFORE), write('b.db', AFTER), '--values']);
    expect(lines(outcome)).toEqual(['+added >6', '~changed 3>three', '-removed 2>']);
  });

  it('are equal: nothing is thrown', async () => {
    const path = write('a.db', BEFORE);
    expect(await diff([path, path])).toEqual({ counts: [0, 0, 0, 4], differences: [], error: undefined });
  });

  it('differ in metadata if that is asked for', async () => {
    const outcome = await diff([write('a.db', BEFORE), write('b.db', AFTER), '--metadata']);
    expect(lines(outcome)).toEqual(['+added', '~again', '~changed', '-removed']);
  });

  it('are read at the revisions that are given', async () => {
    const path = write('b.db', AFTER);
    expect(lines(await diff([path, path, '--before-rev=7']))).toEqual(['+added', '~changed', '-removed']);
    expect(lines(await diff([path, path, '--before-rev=7', '--after-rev=8']))).toEqual(['-removed']);
  });

  it('are compared below a prefix only', async () => {
    expect(await diff([write('a.db', BEFORE), write('b.db', AFTER), '--prefix=re'])).toMatchObject({
      counts: [0, 1, 0, 0],
    });
  });

  it('with thousands of large differences are shown in parts', async () => {
    const changes = Array.from({ length: 2500 }, (_, index) => ({
      key: `k${9999 - index}`,
      value: 'v'.repeat(5000),
    }));
    const outcome = await diff([write('a.db', []), write('b.db', changes), '--values']);
    expect(outcome.counts).toEqual([2500, 0, 0, 0]);
    expect(outcome.differences.map(({ key }) => Buffer.from(key).toString())).toEqual(
      changes.map(({ key }) => key).sort(),
    );
    expect(outcome.differences.every(({ after }) => after?.value.length === 5000)).toBe(true);
  });
});

describe('diff: a snapshot and the cluster', () => {
  const stored = (key: string, value: string): KeyValue => ({
    ...{ key: Buffer.from(key), value: Buffer.from(value) },
    ...{ createRevision: 1n, modRevision: 1n, version: 1n, lease: 0n },
  });
  const CLUSTER = [
    stored('added', '6'),
    stored('changed', 'three'),
    stored('never', '5'),
    stored('same', '1'),
  ];

  it('compares with what the cluster has', async () => {
    const outcome = await diff([write('a.db', BEFORE)], CLUSTER);
    expect(outcome.counts).toEqual([2, 2, 1, 1]);
    expect(lines(outcome)).toEqual(['+added', '-again', '~changed', '+never', '-removed']);
  });

  it.each([1, 1000])('reads the values that differ once more: %i keys', async (count) => {
    const more = Array.from({ length: count }, (_, index) => stored(`x${10000 + index}`, 'x'));
    const outcome = await diff([write('a.db', BEFORE), '--values'], [...CLUSTER, ...more]);
    expect(lines(outcome).slice(0, 5)).toEqual([
      '+added >6',
      '-again 4>',
      '~changed 3>three',
      '+never >5',
      '-removed 2>',
    ]);
    expect(lines(outcome).slice(5)).toEqual(more.map(({ key }) => `+${Buffer.from(key)} >x`));
  });
});

describe('diff: thousands of older revisions', () => {
  it('between two keys do not change the result', async () => {
    const election = Array.from({ length: 2500 }, (_, index) => ({ key: 'election', value: `${index}` }));
    const before = write('a.db', [{ key: 'a', value: '1' }, ...election, { key: 'z', value: '1' }]);
    const cluster = ['b', 'election', 'y'].map((key) => ({
      ...{ key: Buffer.from(key), value: Buffer.from('2499') },
      ...{ createRevision: 1n, modRevision: 1n, version: 1n, lease: 0n },
    }));
    const outcome = await diff([before], cluster);
    expect(lines(outcome)).toEqual(['-a', '+b', '+y', '-z']);
    expect(outcome.counts).toEqual([2, 2, 0, 1]);
    const after = write('b.db', [...election, { key: 'y', value: '1' }]);
    expect(lines(await diff([before, after]))).toEqual(['-a', '+y', '-z']);
  });
});

describe('diff: values of the cluster', () => {
  it('are copies: a received pair would keep its page in memory', async () => {
    const cluster = Array.from({ length: 101 }, (_, index) => ({
      ...{ key: Buffer.from(`x${1000 + index}`), value: Uint8Array.of(index) },
      ...{ createRevision: 1n, modRevision: 1n, version: 1n, lease: 0n },
    }));
    const { differences } = await diff([write('a.db', []), '--values'], cluster);
    const values = differences.map(({ after }) => after?.value ?? Buffer.of());
    expect(values.map(([value]) => value)).toEqual(cluster.map(({ value: [value] }) => value));
    const received = new Set(cluster.map(({ value }) => value.buffer));
    expect(values.filter(({ buffer }) => received.has(buffer as ArrayBuffer))).toEqual([]);
  });
});

describe('diff: what cannot be compared', () => {
  it('has status 2', async () => {
    const path = write('a.db', BEFORE);
    expect((await diff([path, files.path('none.db')])).error).toMatchObject({
      exitCode: 2,
      message: `stat ${files.path('none.db')}: no such file or directory`,
    });
    expect((await diff([path, path, '--after-rev=99'])).error).toMatchObject({
      exitCode: 2,
      message: 'etcdserver: mvcc: required revision is a future revision',
    });
  });
});
