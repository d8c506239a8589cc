import { describe, expect, it } from 'vitest';
import type { OtherCluster } from '../../../src/cli/context.js';
import {
  type MakeMirrorOptions,
  registerMakeMirror,
  runMakeMirror,
  toMirrorPlan,
} from '../../../src/commands/v3/make-mirror.js';
import { ServerError } from '../../../src/model/errors.js';
import type { RangeRequest, TxnRequest } from '../../../src/model/messages/kv.js';
import type { WatchResponse } from '../../../src/model/messages/watch.js';
import { fakeContext } from '../../support/fake-context.js';
import { parseCommand } from '../../support/parse-command.js';
import { putEvent, scriptedWatch, watchResponse } from '../../support/scripted-watch.js';

const options = (...argv: string[]) =>
  parseCommand(registerMakeMirror, ['make-mirror', ...argv]) as MakeMirrorOptions;
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

function plan(...argv: string[]) {
  const { mapping, revision, maxWrites } = toMirrorPlan(options('there', ...argv));
  return [text(mapping.prefix), text(mapping.replacement), revision, maxWrites];
}

describe('the arguments of make-mirror', () => {
  it.each([
    [[], ['', '', 0n, 128]],
    [['--prefix=a'], ['a', 'a', 0n, 128]],
    [
      ['--prefix=a', '--rev=9'],
      ['a', 'a', 9n, 128],
    ],
    [
      ['--prefix=a', '--dest-prefix=b', '--rev=1'],
      ['a', 'b', 0n, 128],
    ],
    [
      ['--dest-prefix=b', '--rev=-5', '--max-txn-ops=3'],
      ['', 'b', 0n, 3],
    ],
    [
      ['--prefix=a', '--no-dest-prefix'],
      ['a', '', 0n, 128],
    ],
  ])('%j', (argv, expected) => {
    expect(plan(...argv)).toEqual(expected);
  });

  it('must have one destination, and at most one of --dest-prefix and --no-dest-prefix', () => {
    const message = 'make-mirror takes one destination argument';
    expect(() => options()).toThrow(message);
    expect(() => options('a', 'b')).toThrow(message);
    expect(() => plan('--no-dest-prefix', '--dest-prefix=b')).toThrow('choose one');
  });
});

describe('the flags of a mirror with a checkpoint', () => {
  it('are refused with --rev, and --dest-replace without a checkpoint', () => {
    expect(() => options('there', '--checkpoint=c', '--rev=5')).toThrow('choose one');
    expect(() => options('there', '--dest-replace')).toThrow('--dest-replace needs --checkpoint');
    expect(options('there', '--checkpoint=c')).toMatchObject({ checkpoint: 'c', replaces: false });
  });
});

type Item = { readonly [key: string]: string };

/** Mirrors a source with these keys at revision 7 and these watch responses. Returns the requests to the destination. */
async function mirrored(
  argv: readonly string[],
  {
    keys = {},
    stream = [],
    maxOps = 128,
  }: { keys?: Item; stream?: readonly WatchResponse[]; maxOps?: number } = {},
  password?: string,
) {
  const { service, created } = scriptedWatch([stream]);
  const kvs = Object.entries(keys).map(([key, value]) => putEvent(3, key, value).kv as never);
  const header = { clusterId: 1n, memberId: 1n, revision: 7n, raftTerm: 1n };
  const ranges: RangeRequest[] = [];
  const range = async (request: RangeRequest) => {
    ranges.push(request);
    return { header, kvs, more: false, count: BigInt(kvs.length) };
  };
  const written: string[][] = [];
  const steps: ('connect' | 'write')[] = [];
  const clusters: OtherCluster[] = [];
  const txn = async ({ success }: TxnRequest) => {
    if (success.length > maxOps) {
      throw new ServerError('etcdserver: too many operations in txn request', 'InvalidArgument');
    }
    steps.push('write');
    written.push(
      success.map(({ request }) => {
        const { key } = request.value;
        if (request.$case !== 'requestPut') return `delete ${text(key)}`;
        return `${text(key)}=${text(request.value.value ?? Buffer.alloc(0))}`;
      }),
    );
    return { header, succeeded: true, responses: [] };
  };
  const fake = fakeContext({
    connect() {
      steps.push('connect');
      return { kv: { range } as never, watch: service };
    },
    connectTo(cluster) {
      clusters.push(cluster);
      return { kv: { txn } as never };
    },
    ...(password !== undefined && { prompt: { password: async () => password } }),
  });
  const clock = {
    ...fake.context.clock,
    sleep: (_ms: number, signal?: AbortSignal) =>
      new Promise<void>((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      }),
  };
  const error = await runMakeMirror(options('there:2379', ...argv), { ...fake.context, clock }).catch(
    (failure: Error) => failure,
  );
  return { ...fake, written, steps, clusters, ranges, watches: created, error };
}

const created = watchResponse({ created: true });
const cancelled = watchResponse({ canceled: true });

describe('make-mirror', () => {
  it('copies the keys at one revision, then watches from the next', async () => {
    const stream = [created, watchResponse({ events: [putEvent(8, 'pa', 'new')] }), cancelled];
    const run = await mirrored(['--prefix=p', '--dest-prefix=q/'], { keys: { pa: '1', pb: '2' }, stream });
    expect(run.written).toEqual([['q/a=1', 'q/b=2'], ['q/a=new']]);
    expect(run.watches).toEqual([expect.objectContaining({ startRevision: 8n, rangeEnd: Buffer.from('q') })]);
    expect(run.lines).toEqual(['3 keys were mirrored; continue with --rev=9']);
    expect(run.error).toMatchObject({ message: 'the source ended the watch: it gave no reason' });
  });

  it('connects for the watch after the copy', async () => {
    const { steps } = await mirrored([], { keys: { a: '1' }, stream: [created, cancelled] });
    expect(steps).toEqual(['connect', 'write', 'connect']);
  });

  it('copies smaller batches when the destination rejects large requests', async () => {
    const keys = { a: '1', b: '2', c: '3', d: '4', e: '5' };
    const { written } = await mirrored([], { keys, stream: [created, cancelled], maxOps: 2 });
    expect(written).toEqual([['a=1', 'b=2'], ['c=3'], ['d=4', 'e=5']]);
  });

  it('writes each revision in one transaction up to the limit, fragmented revisions included', async () => {
    const deletion = { ...putEvent(6, 'd'), type: 1 };
    const stream = [
      created,
      watchResponse({ events: [putEvent(5, 'a'), putEvent(6, 'b')], fragment: true }),
      watchResponse({ events: [putEvent(6, 'c'), deletion, putEvent(7, 'e')] }),
      watchResponse({ events: [putEvent(8, 'f')] }),
      cancelled,
    ];
    const whole = await mirrored(['--rev=5'], { stream });
    expect(whole.written).toEqual([['a=v'], ['b=v', 'c=v', 'delete d'], ['e=v'], ['f=v']]);
    expect(whole.ranges).toEqual([]);
    const limited = await mirrored(['--rev=5', '--max-txn-ops=2'], { stream });
    expect(limited.written).toEqual([['a=v'], ['b=v', 'c=v'], ['delete d'], ['e=v'], ['f=v']]);
  });

  it('splits a revision when the destination rejects large requests', async () => {
    const events = ['a', 'b', 'c', 'd', 'e'].map((key) => putEvent(5, key));
    const stream = [
      created,
      watchResponse({ events }),
      watchResponse({ events: [putEvent(6, 'a')] }),
      cancelled,
    ];
    const { written, lines } = await mirrored(['--rev=5'], { stream, maxOps: 2 });
    expect(written).toEqual([['a=v', 'b=v'], ['c=v'], ['d=v', 'e=v'], ['a=v']]);
    expect(lines).toEqual(['6 keys were mirrored; continue with --rev=7']);
  });

  it('does not advance past a revision with a rejected part', async () => {
    const events = ['a', 'b'].map((key) => putEvent(5, key));
    const { error, lines } = await mirrored(['--rev=5'], {
      stream: [created, watchResponse({ events })],
      maxOps: 0,
    });
    expect(error).toMatchObject({ message: 'etcdserver: too many operations in txn request' });
    expect(lines).toEqual(['0 keys were mirrored; continue with --rev=5']);
  });

  it('reports which revisions are missing after a compaction of the source', async () => {
    const stream = [created, watchResponse({ canceled: true, compactRevision: 20n })];
    const { error, lines } = await mirrored(['--rev=5'], { stream });
    expect(error).toBeInstanceOf(ServerError);
    expect(error).toMatchObject({
      message: 'etcdserver: mvcc: required revision has been compacted',
      reasons: [expect.stringContaining('before revision 20')],
    });
    expect(lines).toEqual(['0 keys were mirrored; continue with --rev=5']);
  });

  it.each([
    [[], undefined, {}],
    [['--dest-user=u:p:q'], undefined, { username: 'u', password: 'p:q' }],
    [['--dest-user=u:p', '--dest-password=s'], undefined, { username: 'u:p', password: 's' }],
    [['--dest-user=u'], 'typed', { username: 'u', password: 'typed' }],
  ])('authenticates at the destination with %j', async (argv, password, credentials) => {
    const { clusters } = await mirrored(['--rev=5', ...argv], { stream: [created, cancelled] }, password);
    const tls = { insecureTransport: true, insecureSkipVerify: false };
    const login = 'username' in credentials ? { credentials: { kind: 'password', ...credentials } } : {};
    expect(clusters).toEqual([{ endpoints: ['there:2379'], tls, ...login }]);
  });

  it('uses the TLS flags of the destination', async () => {
    const argv = ['--dest-cacert=ca', '--dest-cert=c', '--dest-key=k', '--dest-insecure-transport=false'];
    const { clusters } = await mirrored(['--rev=5', ...argv], { stream: [created, cancelled] });
    expect(clusters[0]?.tls).toEqual({
      caFile: 'ca',
      certFile: 'c',
      keyFile: 'k',
      insecureTransport: false,
      insecureSkipVerify: false,
    });
  });

  it('prints the number of mirrored keys every 30 seconds', async () => {
    const { service } = scriptedWatch([[created, watchResponse({ revisions: [5, 6] })]]);
    const header = { clusterId: 1n, memberId: 1n, revision: 7n, raftTerm: 1n };
    const fake = fakeContext({
      connect: () => ({ watch: service }),
      connectTo: () => ({ kv: { txn: async () => ({ header, succeeded: true, responses: [] }) } as never }),
    });
    const stop = new Error('stop');
    const waits: number[] = [];
    const sleep = async (ms: number, signal?: AbortSignal) => {
      await new Promise(setImmediate);
      // Without a signal, it is the time that the mirror has to end.
      if (signal === undefined) return;
      signal.throwIfAborted();
      if (waits.push(ms) === 3) fake.abort(stop);
    };
    const context = { ...fake.context, clock: { ...fake.context.clock, sleep } };
    await expect(runMakeMirror(options('there', '--rev=5'), context)).rejects.toBe(stop);
    expect(waits).toEqual([30_000, 30_000, 30_000]);
    expect(fake.emitted.at(-1)).toEqual({ kind: 'text', text: '2\n' });
  });

  it('waits on a signal for the write that is on its way, and counts it', async () => {
    const { service } = scriptedWatch([[created, watchResponse({ revisions: [5] })]]);
    const header = { clusterId: 1n, memberId: 1n, revision: 7n, raftTerm: 1n };
    const stop = new Error('stop');
    const txn = async () => {
      fake.abort(stop);
      for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
      return { header, succeeded: true, responses: [] };
    };
    const fake = fakeContext({
      connect: () => ({ watch: service }),
      connectTo: () => ({ kv: { txn } as never }),
    });
    const sleep = (_ms: number, signal?: AbortSignal) =>
      new Promise<void>((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    const context = { ...fake.context, clock: { ...fake.context.clock, sleep } };
    await expect(runMakeMirror(options('there', '--rev=5'), context)).rejects.toBe(stop);
    expect(fake.lines).toEqual(['1 keys were mirrored; continue with --rev=6']);
  });
});
