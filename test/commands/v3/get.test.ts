import { describe, expect, it, vi } from 'vitest';
import { MAX_RANGE_PAGE_BYTES } from '../../../src/client/range/page.js';
import { type GetOptions, registerGet, runGet, toRangeRequest } from '../../../src/commands/v3/get.js';
import { type RangeResponse, SortOrder, SortTarget } from '../../../src/model/messages/kv.js';
import type { ResultOf } from '../../../src/model/results.js';
import type { Client } from '../../../src/model/services.js';
import { fakeContext } from '../../support/fake-context.js';
import { FakeKv } from '../../support/fake-kv.js';
import { parseCommand } from '../../support/parse-command.js';

const options = (...argv: string[]) => parseCommand(registerGet, ['get', ...argv]) as GetOptions;
const request = (...argv: string[]) => toRangeRequest(options(...argv));

describe('get: the command line', () => {
  it.each([
    [[], 'get command needs one argument as key and an optional argument as range_end', 'arguments'],
    [
      ['k', '--prefix', '--from-key'],
      '`--prefix` and `--from-key` cannot be set at the same time, choose one',
      'arguments',
    ],
    [
      ['k', '--keys-only', '--count-only'],
      '`--keys-only` and `--count-only` cannot be set at the same time, choose one',
      'arguments',
    ],
    [
      ['k', 'm', '--prefix'],
      'too many arguments, only accept one argument when `--prefix` or `--from-key` is set',
      'arguments',
    ],
    [['k', '--consistency', 'x'], 'unknown consistency flag "x"', 'choice'],
    [['k', '--order=up'], 'bad sort order up', 'choice'],
    [['k', '--sort-by=size'], 'bad sort target size', 'choice'],
    [['k', '--order=constructor'], 'bad sort order constructor', 'choice'],
    [
      ['k', '--min-create-rev=3', '--max-create-rev=2'],
      'getMinCreateRev(=3) > getMaxCreateRev(=2)',
      'choice',
    ],
    [['k', '--min-mod-rev=3', '--max-mod-rev=2'], 'getMinModRev(=3) > getMaxModRev(=2)', 'choice'],
  ])('rejects %j', (argv, message, kind) => {
    expect(() => options(...argv)).toThrow(expect.objectContaining({ message, kind }));
  });

  it('accepts orders and targets in any letter case', () => {
    const { sortOrder, sortTarget } = options('k', '--order=descend', '--sort-by=Modify');
    expect([sortOrder, sortTarget]).toEqual([SortOrder.descend, SortTarget.mod]);
  });

  it('treats revisions below one as not given', () => {
    expect(options('k', '--rev=-7', '--min-mod-rev=-1')).toMatchObject({ revision: 0n, minModRevision: 0n });
  });

  it('keeps revisions above 2^53 exact', () => {
    expect(request('k', '--rev=9007199254740993')).toMatchObject({ revision: 9007199254740993n });
  });
});

describe('get: the request', () => {
  it.each([
    [['k'], '6b', undefined],
    [['k', 'm'], '6b', '6d'],
    [['k', '--prefix'], '6b', '6c'],
    [['', '--prefix'], '00', '00'],
    [['k', '--from-key'], '6b', '00'],
    [['', '--from-key'], '00', '00'],
    [['\udcff', '--prefix'], 'ff', '00'],
  ])('for %j ranges from %s to %s', (argv, key, rangeEnd) => {
    const made = request(...argv);
    const hex = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString('hex');
    expect([hex(made.key), hex(made.rangeEnd)]).toEqual([key, rangeEnd]);
  });

  it('does not request ascending order by key, which is the default of the server', () => {
    expect(request('k', '--order=ASCEND').sortOrder).toBe(SortOrder.none);
    expect(request('k', '--order=ASCEND', '--sort-by=VALUE').sortOrder).toBe(SortOrder.ascend);
  });
});

const answer = (response: Partial<RangeResponse>): RangeResponse => ({
  header: undefined,
  kvs: [],
  more: false,
  count: 0n,
  ...response,
});

describe('get: the run', () => {
  it('prints the response', async () => {
    const response = answer({ count: 3n });
    const range = vi.fn(async () => response);
    const { context, emitted } = fakeContext({ connect: () => ({ kv: { range } as never }) });
    await runGet(options('k'), context);
    expect(range).toHaveBeenCalledOnce();
    expect(emitted).toEqual([expect.objectContaining({ kind: 'range', response })]);
  });

  it.each([
    ['--count-only', 'json', '--count-only is only for `--write-out=fields`'],
    ['--print-value-only', 'fields', 'print-value-only is only for `--write-out=simple`'],
  ] as const)('refuses %s with %s before it connects', async (flag, format, message) => {
    const { context } = fakeContext({ format });
    await expect(runGet(options('k', flag), context)).rejects.toMatchObject({ message, kind: 'arguments' });
  });

  it('emits a large range in pages, with the view', async () => {
    const kvs = Array.from({ length: 50 }, (_, index) => ({
      key: Buffer.from(`k${100 + index}`),
      value: Buffer.from('v'),
      createRevision: 1n,
      modRevision: 1n,
      version: 1n,
      lease: 0n,
    }));
    const limits: unknown[] = [];
    const { context, emitted } = fakeContext();
    const connect: typeof context.connect = async (_endpoints, clientLimits) => {
      limits.push(clientLimits);
      return { kv: await new FakeKv({ kvs }).reader.bounded() } as Client;
    };
    await runGet(options('k', '--prefix', '--print-value-only'), { ...context, connect });
    const [result] = emitted as [ResultOf<'range'>];
    expect(result.view.valuesOnly).toBe(true);
    const keys = [...result.response.kvs];
    for await (const page of result.rest ?? []) keys.push(...page.kvs);
    expect(keys).toEqual(kvs);
    expect(limits).toEqual([{ maxResponseBytes: MAX_RANGE_PAGE_BYTES }]);
  });

  it('accepts a response of any size when the range takes one call', async () => {
    const limits: unknown[] = [];
    const { context } = fakeContext();
    const connect: typeof context.connect = async (_endpoints, clientLimits) => {
      limits.push(clientLimits);
      return { kv: await new FakeKv({ kvs: [] }).reader.bounded() } as Client;
    };
    await runGet(options('k'), { ...context, connect });
    expect(limits).toEqual([undefined]);
  });
});
