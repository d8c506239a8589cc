import { expect, test } from 'vitest';
import { type GetOptions, registerGet, runGet } from '../../../src/commands/v3/get.js';
import type { KeyValue } from '../../../src/model/messages/kv.js';
import type { Result } from '../../../src/model/results.js';
import { fakeContext } from '../../support/fake-context.js';
import { type HistoryChange, historyDatabase } from '../../support/history-database.js';
import { parseCommand } from '../../support/parse-command.js';
import { useSnapshotFiles } from '../../support/snapshot-files.js';

const files = useSnapshotFiles();

const CHANGES: readonly HistoryChange[] = [
  { key: 'b', value: 'old' },
  { key: 'a', value: '1', lease: 7n },
  { key: 'b', value: 'new' },
  { key: 'c', value: '3' },
  { key: 'c' },
  { key: 'b\xff', value: '4' },
];

/** Emits the range of `get` with these arguments, read to its end. */
async function get(argv: readonly string[], database = historyDatabase(CHANGES)) {
  const path = files.write('a.db', database);
  const options = parseCommand(registerGet, ['get', ...argv, '--from-snapshot', path]) as GetOptions;
  const { context } = fakeContext({ format: options.view.countOnly ? 'fields' : 'simple' });
  const printed: { response?: unknown; kvs: KeyValue[]; pages: number[]; more: boolean } = {
    kvs: [],
    pages: [],
    more: false,
  };
  const emit = async (result: Result) => {
    if (result.kind !== 'range') throw new Error(result.kind);
    const { kvs: first, ...response } = result.response;
    printed.kvs.push(...Array.from(first, copied));
    if (first.length > 0) printed.pages.push(first.length);
    Object.assign(printed, { response, more: result.response.more });
    for await (const { kvs, more } of result.rest ?? []) {
      printed.kvs.push(...Array.from(kvs, copied));
      printed.pages.push(kvs.length);
      printed.more = more;
    }
  };
  await runGet(options, { ...context, emit });
  return printed;
}

/** A page is valid until the next one. */
function copied(kv: KeyValue): KeyValue {
  return { ...kv, key: new Uint8Array(kv.key), value: new Uint8Array(kv.value) };
}

const pairs = (kvs: readonly KeyValue[]) =>
  kvs.map(({ key, value }) => [key, value].map((bytes) => Buffer.from(bytes).toString('latin1')).join('='));

test.each([
  [
    ['', '--prefix'],
    ['a=1', 'b=new', 'b\xff=4'],
  ],
  [['', '--prefix', '--rev=2'], ['b=old']],
  [
    ['', '--prefix', '--rev=5'],
    ['a=1', 'b=new', 'c=3'],
  ],
  [['b'], ['b=new']],
  [
    ['b', 'c'],
    ['b=new', 'b\xff=4'],
  ],
  [
    ['b', '--from-key'],
    ['b=new', 'b\xff=4'],
  ],
  [
    ['', '--prefix', '--order=DESCEND', '--limit=2'],
    ['b\xff=4', 'b=new'],
  ],
  [
    ['', '--prefix', '--sort-by=MODIFY', '--order=DESCEND'],
    ['b\xff=4', 'b=new', 'a=1'],
  ],
  [
    ['', '--prefix', '--sort-by=VALUE'],
    ['a=1', 'b\xff=4', 'b=new'],
  ],
  [
    ['', '--prefix', '--min-mod-rev=4'],
    ['b=new', 'b\xff=4'],
  ],
  [['', '--prefix', '--max-create-rev=2'], ['b=new']],
  [
    ['', '--prefix', '--keys-only'],
    ['a=', 'b=', 'b\xff='],
  ],
  [['missing'], []],
])('reads %j', async (argv, expected) => {
  expect(pairs((await get(argv)).kvs)).toEqual(expected);
});

test('has the metadata of the keys, and the revision of the file in the header', async () => {
  const { response, kvs } = await get(['', '--prefix', '--limit=2']);
  expect(response).toMatchObject({
    header: { revision: 7n, clusterId: 0n, memberId: 0n, raftTerm: 0n },
    count: 3n,
  });
  expect(kvs).toMatchObject([
    { createRevision: 3n, modRevision: 3n, version: 1n, lease: 7n },
    { createRevision: 2n, modRevision: 4n, version: 2n, lease: 0n },
  ]);
});

test('says whether the limit has left keys out', async () => {
  expect((await get(['', '--prefix', '--limit=2'])).more).toBe(true);
  expect((await get(['', '--prefix', '--limit=3'])).more).toBe(false);
});

test('counts without reading records', async () => {
  expect(await get(['', '--prefix', '--count-only', '--limit=1'])).toMatchObject({
    response: { count: 3n, more: false },
    pages: [],
  });
});

test('rejects a revision that the file does not have, as a server does', async () => {
  const database = historyDatabase(CHANGES, { compacted: 4n });
  await expect(get(['a', '--rev=3'], database)).rejects.toMatchObject({
    message: 'etcdserver: mvcc: required revision has been compacted',
    reasons: [expect.stringMatching(/a\.db begins at revision 4$/)],
  });
  expect(pairs((await get(['a', '--rev=4'], database)).kvs)).toEqual(['a=1']);
  await expect(get(['a', '--rev=8'], database)).rejects.toMatchObject({
    message: 'etcdserver: mvcc: required revision is a future revision',
    reasons: [expect.stringMatching(/a\.db ends at revision 7$/)],
  });
});

test('needs a key, as a server does', async () => {
  await expect(get([''])).rejects.toMatchObject({ message: 'etcdserver: key is not provided' });
});

test('reads large values page by page', async () => {
  const value = Buffer.alloc(4 << 20, 'v');
  const database = historyDatabase(
    Array.from({ length: 10 }, (_, index) => ({ key: `k${9 - index}`, value })),
  );
  const { kvs, pages } = await get(['k', '--prefix'], database);
  expect(kvs.map(({ key }) => Buffer.from(key).toString()).join('')).toBe('k0k1k2k3k4k5k6k7k8k9');
  expect(Math.max(...pages)).toBeLessThanOrEqual(4);
});

test('an empty database has no keys', async () => {
  expect(await get(['', '--prefix'], historyDatabase([]))).toMatchObject({
    kvs: [],
    response: { count: 0n },
  });
});
