import { describe, expect, it } from 'vitest';
import {
  passingSlicesOfRange,
  type RangeCall,
  rangeInPages,
} from '../../../src/client/range/range-in-pages.js';
import { ServerError } from '../../../src/model/errors.js';
import {
  type KeyValue,
  type RangeRequest,
  type RangeResponse,
  SortOrder,
  SortTarget,
} from '../../../src/model/messages/kv.js';
import { answerTo, FakeKv, type FakeKvSettings, REVISION } from '../../support/fake-kv.js';

const ALL = { key: Buffer.of(0), rangeEnd: Buffer.of(0) };

function keyValue(key: Uint8Array | string, rest: Partial<KeyValue> = {}): KeyValue {
  const value = Buffer.from('value');
  return {
    key: Buffer.from(key),
    value,
    createRevision: 1n,
    modRevision: 1n,
    version: 1n,
    lease: 0n,
    ...rest,
  };
}

const numbered = (count: number, rest: (index: number) => Partial<KeyValue> = () => ({})) =>
  Array.from({ length: count }, (_, index) => keyValue(`k${String(index).padStart(5, '0')}`, rest(index)));

interface Read {
  readonly joined: RangeResponse;
  readonly server: FakeKv;
  readonly pageLengths: readonly number[];
}

/** Reads all pages, and joins them as a printer does. */
async function read(settings: FakeKvSettings, request: RangeRequest, call?: RangeCall): Promise<Read> {
  const server = new FakeKv(settings);
  const { response, rest } = await rangeInPages(server.reader, request, call);
  const kvs = [...response.kvs];
  const pageLengths = [kvs.length];
  let { more } = response;
  for await (const page of rest ?? []) {
    kvs.push(...page.kvs);
    pageLengths.push(page.kvs.length);
    more = page.more;
  }
  return { joined: { ...response, kvs, more }, server, pageLengths };
}

const keysOf = (kvs: readonly KeyValue[]) => kvs.map(({ key }) => Buffer.from(key).toString('hex'));

async function expectWhole(settings: FakeKvSettings, request: RangeRequest, call?: RangeCall): Promise<Read> {
  const outcome = await read(settings, request, call);
  const whole = answerTo(request, settings.kvs);
  expect(keysOf(outcome.joined.kvs)).toEqual(keysOf(whole.kvs));
  expect(outcome.joined).toEqual(whole);
  return outcome;
}

/** Servers with and without RangeStream. */
const KINDS = [
  { kind: 'paged', partLengths: undefined },
  { kind: 'streamed', partLengths: [3, 10, 40] },
] as const;
const settingsOf = (kvs: readonly KeyValue[], { partLengths }: (typeof KINDS)[number]): FakeKvSettings =>
  partLengths === undefined ? { kvs } : { kvs, partLengths };

describe('a range that takes one call', () => {
  it.each<[string, RangeRequest, number]>([
    ['a single key', { key: Buffer.from('k00007') }, 100],
    ['a single key with an empty end', { key: Buffer.from('k00007'), rangeEnd: Buffer.alloc(0) }, 100],
    ['a count', { ...ALL, countOnly: true }, 100],
    ['few keys', ALL, 20],
    ['no keys', ALL, 0],
    ['a small limit', { ...ALL, limit: 20n }, 100],
    ['a small limit that is not reached', { ...ALL, limit: 7n }, 7],
    ['few keys with filters', { ...ALL, minModRevision: 1n, limit: 3n }, 20],
  ])('is read by one call: %s', async (_name, request, count) => {
    const { server, pageLengths } = await expectWhole({ kvs: numbered(count) }, request);
    expect(server.calls.map(({ method }) => method)).toEqual(['range']);
    expect(pageLengths).toHaveLength(1);
  });

  it.each<[string, RangeRequest]>([
    ['descending', { ...ALL, sortOrder: SortOrder.descend }],
    ['by value', { ...ALL, sortTarget: SortTarget.value }],
  ])('is read by one call without a size limit when it is sorted: %s', async (_name, request) => {
    const server = new FakeKv({ kvs: [] });
    await rangeInPages(server.reader, request).catch(() => undefined);
    expect(server.calls).toEqual([{ method: 'range', isBounded: false, request }]);
  });
});

describe.each(KINDS)('a range of many keys, $kind', (kind) => {
  const kvs = numbered(1000, (index) => ({
    modRevision: BigInt(index % 97),
    createRevision: BigInt(index % 13),
  }));
  const settings = settingsOf(kvs, kind);

  it.each<[string, RangeRequest]>([
    ['all', ALL],
    ['from a key on', { key: Buffer.from('k00500'), rangeEnd: Buffer.of(0) }],
    ['up to a key', { key: Buffer.from('k00100'), rangeEnd: Buffer.from('k00200') }],
    ['with a limit', { ...ALL, limit: 333n }],
    ['with a limit of exactly all', { ...ALL, limit: 1000n }],
    ['with a limit of one less', { ...ALL, limit: 999n }],
    ['with a limit beyond doubles', { ...ALL, limit: 2n ** 63n - 1n }],
    ['with a negative limit', { ...ALL, limit: -1n }],
    ['keys only', { ...ALL, keysOnly: true }],
    ['keys only, limited', { ...ALL, keysOnly: true, limit: 50n }],
    ['with a filter', { ...ALL, minModRevision: 40n, maxModRevision: 50n }],
    ['with a filter that none passes', { ...ALL, minModRevision: 1000n }],
    ['with a filter that all pass', { ...ALL, maxModRevision: 1000n }],
    ['with filters and a limit', { ...ALL, minCreateRevision: 3n, maxModRevision: 90n, limit: 100n }],
    [
      'with filters and a limit that is just reached',
      { ...ALL, maxModRevision: 0n, maxCreateRevision: 1n, limit: 154n },
    ],
    ['with filters, keys only', { ...ALL, minCreateRevision: 12n, keysOnly: true }],
  ])('equals the response of one call: %s', async (_name, request) => {
    await expectWhole(settings, request);
  });

  it('equals the response of one call for limits around the ends of pages', async () => {
    for (let limit = 1n; limit < 120n; limit++) {
      await expectWhole(settings, { ...ALL, limit });
      await expectWhole(settings, { ...ALL, limit, minModRevision: 90n });
    }
  });

  it('is read at the revision of the first response', async () => {
    const { server } = await read(settings, ALL);
    const [first, ...others] = server.calls;
    expect(first?.request.revision ?? 0n).toBe(0n);
    expect(others.length).toBeGreaterThan(0);
    for (const { request } of others) expect(request.revision).toBe(REVISION);
  });

  it('is read at the revision of the request', async () => {
    for (const filter of [{}, { minModRevision: 3n }]) {
      const { server } = await read(settings, { ...ALL, ...filter, revision: 5n });
      for (const { request } of server.calls) expect(request.revision).toBe(5n);
    }
  });

  it('is serializable in every call', async () => {
    const { server } = await read(settings, { ...ALL, serializable: true, minModRevision: 2n });
    for (const { request } of server.calls) expect(request.serializable).toBe(true);
  });

  it('starts each page directly after the last key', async () => {
    const close = ['a', 'a\0', 'a\0\0', 'a\0\x01', 'a\x01', 'b'];
    const dense = Array.from({ length: 30 }, (_, index) =>
      close.map((end) => keyValue(`${String(index).padStart(2, '0')}${end}`)),
    );
    await expectWhole(settingsOf(dense.flat(), kind), ALL);
  });

  it('fails with the reason that the output is incomplete when the revision is compacted', async () => {
    const before = (_request: RangeRequest, index: number) => {
      if (index > 0)
        throw new ServerError('etcdserver: mvcc: required revision has been compacted', 'OutOfRange');
    };
    await expect(read({ ...settings, before }, ALL)).rejects.toMatchObject({
      message: 'etcdserver: mvcc: required revision has been compacted',
      reasons: [expect.stringContaining(`revision ${REVISION}`), expect.stringContaining('incomplete')],
    });
  });
});

describe('a server with RangeStream', () => {
  it('gets two calls: for the first page and for the rest', async () => {
    const { server } = await expectWhole({ kvs: numbered(500), partLengths: [50] }, ALL);
    expect(server.calls.map(({ method }) => method)).toEqual(['range', 'rangeStream']);
  });

  it('is read by unary calls from where its stream broke', async () => {
    const kvs = numbered(500);
    const server = new FakeKv({ kvs, partLengths: [50] });
    const { reader } = server;
    const bounded = async () => {
      const kv = await reader.bounded();
      return {
        ...kv,
        async *rangeStream(request: RangeRequest) {
          let parts = 0;
          for await (const part of kv.rangeStream(request)) {
            if (parts++ === 2) throw new ServerError('transport is closing', 'Unavailable');
            yield part;
          }
        },
      };
    };
    const { response, rest } = await rangeInPages({ ...reader, bounded }, ALL);
    const seen = [...response.kvs];
    for await (const page of rest ?? []) seen.push(...page.kvs);
    expect(seen).toEqual(kvs);
    expect(server.calls.map(({ method }) => method).slice(0, 3)).toEqual(['range', 'rangeStream', 'range']);
    expect(Buffer.from(server.calls[2]?.request.key ?? []).toString()).toBe('k00119\0');
  });

  it.each([
    ['by another stream, when a later part is too large', 2, ['range', 'rangeStream', 'rangeStream']],
    ['by unary calls, when the first part is too large', 0, ['range', 'rangeStream', 'range']],
  ])('is read %s', async (_what, partsBefore, methods) => {
    const kvs = numbered(500);
    const server = new FakeKv({ kvs, partLengths: [50] });
    const { reader } = server;
    let streams = 0;
    const bounded = async () => {
      const kv = await reader.bounded();
      return {
        ...kv,
        async *rangeStream(request: RangeRequest) {
          const isFirst = streams++ === 0;
          let parts = 0;
          for await (const part of kv.rangeStream(request)) {
            if (isFirst && parts++ === partsBefore)
              throw new ServerError('received message larger than max', 'ResourceExhausted');
            yield part;
          }
        },
      };
    };
    const { response, rest } = await rangeInPages({ ...reader, bounded }, ALL);
    const seen = [...response.kvs];
    for await (const page of rest ?? []) seen.push(...page.kvs);
    expect(seen).toEqual(kvs);
    expect(server.calls.map(({ method }) => method).slice(0, 3)).toEqual(methods);
  });

  it('passes on other errors', async () => {
    const before = (_request: RangeRequest, index: number) => {
      if (index === 1) throw new ServerError('etcdserver: permission denied', 'PermissionDenied');
    };
    const settings = { kvs: numbered(100), partLengths: [10], before };
    await expect(read(settings, ALL)).rejects.toMatchObject({ code: 'PermissionDenied' });
  });
});

describe('with --stream', () => {
  const call = { usesStream: true };

  it('every call is RangeStream', async () => {
    const { server } = await expectWhole(
      { kvs: numbered(500), partLengths: [7, 60] },
      { ...ALL, limit: 400n },
      call,
    );
    expect(server.calls.map(({ method }) => method)).toEqual(['rangeStream', 'rangeStream']);
  });

  it('fails on a server without RangeStream', async () => {
    await expect(read({ kvs: [] }, ALL, call)).rejects.toMatchObject({ code: 'Unimplemented' });
  });

  it('leaves filters and counts to the server', async () => {
    for (const special of [{ minModRevision: 1n }, { countOnly: true }]) {
      const { server } = await read({ kvs: numbered(100), partLengths: [10] }, { ...ALL, ...special }, call);
      expect(server.calls).toEqual([
        { method: 'rangeStream', isBounded: false, request: { ...ALL, ...special } },
      ]);
    }
  });
});

describe('large values', () => {
  const sized = (sizes: readonly number[]) =>
    numbered(sizes.length, (index) => ({
      value: Buffer.alloc(sizes[index] ?? 0),
      modRevision: BigInt(index % 2),
    }));
  const LARGEST = 1000;

  it.each(KINDS)('among small values lead to smaller pages, $kind', async (kind) => {
    const sizes = Array.from({ length: 900 }, (_, index) => (index > 400 && index < 450 ? 600 : 1));
    const settings = { ...settingsOf(sized(sizes), kind), maxAnswerBytes: LARGEST };
    await expectWhole(settings, ALL);
    await expectWhole(settings, { ...ALL, minModRevision: 1n });
  });

  it.each(KINDS)(
    'that exceed the page size are read one by one without a size limit, $kind',
    async (kind) => {
      const sizes = [1, 1, 5000, 1, 5000, 5000, ...Array.from({ length: 60 }, () => 1), 5000];
      const settings = { ...settingsOf(sized(sizes), kind), maxAnswerBytes: LARGEST };
      const { server } = await expectWhole(settings, ALL);
      const unbounded = server.calls.filter(({ isBounded }) => !isBounded);
      expect(unbounded.length).toBeGreaterThan(0);
      for (const { request } of unbounded) expect(request.limit).toBe(1n);
      await expectWhole(settings, { ...ALL, minModRevision: 1n });
    },
  );
});

it('frees a page when the last slice of it is used', async () => {
  const used: string[] = [];
  const page = (name: string) => {
    const kvs = numbered(5);
    return { kvs: Object.assign(kvs, { free: () => used.push(`${name} freed`) }), more: false };
  };
  async function* rest() {
    yield page('second');
    yield page('third');
  }
  const response = answerTo(ALL, numbered(3));
  for await (const slice of passingSlicesOfRange({ response, rest: rest() }, 3)) used.push(`${slice.length}`);
  expect(used).toEqual(['3', '3', '2', 'second freed', '3', '2', 'third freed']);
});
