import { setMaxListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { judge, WriteStatistics } from '../../../../src/commands/v3/check/judgement.js';
import {
  type CheckPerfOptions,
  Pacer,
  registerCheckPerf,
  runCheckPerf,
} from '../../../../src/commands/v3/check/perf.js';
import { AlreadyReportedError, ServerError, UsageError } from '../../../../src/model/errors.js';
import type { PutRequest } from '../../../../src/model/messages/kv.js';
import type { Client } from '../../../../src/model/services.js';
import { fakeContext } from '../../../support/fake-context.js';
import { parseCommand } from '../../../support/parse-command.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

const OPTIONS: CheckPerfOptions = { load: 's', prefix: '/p/', compacts: false, defragments: false };

interface Member {
  /** The duration of a put. */
  readonly putMs?: number;
  readonly put?: () => Promise<unknown>;
  readonly range?: () => Promise<unknown>;
  readonly deleteRange?: () => Promise<unknown>;
}

/** Runs the check against a member in virtual time. */
async function check(options: Partial<CheckPerfOptions>, member: Member = {}, endpoints = ['a:1', 'b:2']) {
  const clock = new VirtualClock();
  const puts: PutRequest[] = [];
  const calls: string[] = [];
  const kv = {
    range: member.range ?? (async () => ({ kvs: [] })),
    put: async (request: PutRequest) => {
      puts.push(request);
      await clock.sleep(member.putMs ?? 2);
      return member.put?.();
    },
    deleteRange: async (request: object) => {
      calls.push('delete');
      expect(request).toEqual({ key: Buffer.from('/p/'), rangeEnd: Buffer.from('/p0') });
      return (await member.deleteRange?.()) ?? { header: { revision: 7n } };
    },
    compact: async (request: { revision: bigint }) => void calls.push(`compact ${request.revision}`),
  };
  const connected: string[][] = [];
  const fake = fakeContext({
    endpoints,
    connect: (chosen) => {
      connected.push([...chosen]);
      const maintenance = { defragment: async () => void calls.push(`defragment ${chosen}`) };
      return { kv, maintenance } as unknown as Client;
    },
  });
  // As in the process: each sleeping writer adds a listener.
  setMaxListeners(0, fake.context.signal);
  const error = await runCheckPerf({ ...OPTIONS, ...options }, { ...fake.context, clock }).then(
    () => undefined,
    (failure: unknown) => failure,
  );
  const text = fake.emitted.map((result) => (result.kind === 'text' ? result.text : '?')).join('');
  return { text, error, puts, calls, connected, seconds: Number(clock.now()) / 1e9, abort: fake.abort };
}

describe('check perf, options', () => {
  it.each([
    [[], { ...OPTIONS, prefix: '/etcdctl-check-perf/' }],
    [
      ['--load=xLarge', '--prefix=x', '--auto-compact', '--auto-defrag'],
      { load: 'xl', prefix: 'x', compacts: true, defragments: true },
    ],
    [['--load', 'medium', '--prefix', '/p/', 'whatever'], { ...OPTIONS, load: 'm' }],
  ])('are read from %j', (argv, options) => {
    expect(parseCommand(registerCheckPerf, ['perf', ...argv])).toEqual(options);
  });

  it('rejects other loads, and other letter cases', () => {
    for (const load of ['tiny', 'XL', 'toString', '']) {
      const parse = () => parseCommand(registerCheckPerf, ['perf', `--load=${load}`]);
      expect(parse).toThrow(new UsageError(`unknown load option ${load}`, 'choice'));
    }
  });
});

describe('check perf', { timeout: 30_000 }, () => {
  it('writes new keys with the prefix for a minute at the rate, and deletes them', async () => {
    const { text, error, puts, calls, connected, seconds } = await check({});
    expect(error).toBeUndefined();
    expect(text).toBe(
      'PASS: Throughput is 151 writes/s\nPASS: Slowest request took 0.002000s\nPASS: Stddev is 0.000000s\nPASS\n',
    );
    expect(Math.abs(puts.length - 9000)).toBeLessThan(2);
    expect(Math.abs(seconds - 60)).toBeLessThan(0.1);
    expect(new Set(puts.map(({ key }) => Buffer.from(key).toString('hex'))).size).toBe(puts.length);
    expect([puts[0]?.key.length, puts[0]?.value?.length]).toEqual([3 + 256, 1024]);
    expect(calls).toEqual(['delete']);
    expect(connected.slice(0, 2)).toEqual([
      ['a:1', 'b:2'],
      ['b:2', 'a:1'],
    ]);
  });

  it('limits the number of concurrent writes to that of the load', async () => {
    const { puts, text, error } = await check({}, { putMs: 1000 });
    // 50 writers make one write per second each.
    expect(Math.abs(puts.length - 3000)).toBeLessThan(50);
    expect(text).toMatch(
      /^FAIL: Throughput too low: 5\d writes\/s\nSlowest request took too long: 1.000000s\n/,
    );
    expect(text).toMatch(/\nFAIL\n$/);
    expect(error).toEqual(new AlreadyReportedError(1));
  });

  it('compacts and defragments before it prints the result', async () => {
    const { text, calls } = await check({ compacts: true, defragments: true });
    expect(calls).toEqual(['delete', 'compact 7', 'defragment a:1', 'defragment b:2']);
    expect(text).toMatch(
      /^Compacting with revision 7\nCompacted with revision 7\nDefragmenting "a:1"\nDefragmented "a:1"\nDefragmenting "b:2"\nDefragmented "b:2"\nPASS: /,
    );
  });

  it('counts failed writes by message, and fails', async () => {
    let count = 0;
    const put = async () => {
      count += 1;
      if (count % 1000 === 0) throw new ServerError('etcdserver: too many requests', 'ResourceExhausted');
    };
    const { text, error } = await check({}, { put });
    expect(text).toMatch(
      /^FAIL: too many errors\nFAIL: ERROR\(etcdserver: too many requests\) -> 9\nPASS: Throughput is 15\d writes\/s\n/,
    );
    expect(error).toBeInstanceOf(AlreadyReportedError);
  });

  it('writes nothing when the prefix has keys', async () => {
    const { error, puts, calls } = await check({}, { range: async () => ({ kvs: [{}] }) });
    expect(error).toEqual(
      new UsageError(`prefix "/p/" has keys. Delete with 'etcdctl del --prefix /p/' first`, 'input'),
    );
    expect([puts, calls]).toEqual([[], []]);
  });

  it('reports that the keys could not be deleted, and still prints the result', async () => {
    const deleteRange = async () => {
      throw new ServerError('etcdserver: no leader', 'Unavailable');
    };
    const { text, error } = await check({ compacts: true }, { deleteRange });
    expect(text).toMatch(/^FAIL: Cleanup failed during key deletion: ERROR\(etcdserver: no leader\)\nPASS: /);
    expect(error).toBeUndefined();
  });

  it('deletes the keys when it is interrupted, prints the measurements, and fails', async () => {
    const clock = new VirtualClock();
    const calls: string[] = [];
    const fake = fakeContext({
      connect: () =>
        ({
          kv: {
            range: async () => ({ kvs: [] }),
            put: async () => {
              calls.push('put');
              if (calls.length === 300) fake.abort(new Error('interrupted'));
            },
            deleteRange: async () => {
              calls.push('delete');
              return {};
            },
          },
        }) as unknown as Client,
    });
    setMaxListeners(0, fake.context.signal);
    await expect(runCheckPerf(OPTIONS, { ...fake.context, clock })).rejects.toMatchObject({ exitCode: 1 });
    expect(calls).toHaveLength(301);
    expect(calls.at(-1)).toBe('delete');
    const texts = fake.emitted.map((result) => (result.kind === 'text' ? result.text : '?'));
    expect(texts).toEqual([
      'FAIL: interrupted after 1 of 60 seconds\n',
      expect.stringMatching(/^PASS: Throughput is /),
      expect.stringMatching(/^PASS: Slowest request took /),
      expect.stringMatching(/^PASS: Stddev is /),
      'FAIL\n',
    ]);
  });
});

describe('the judgement', () => {
  const statistics = (tookMs: readonly number[], totalSeconds: number) => {
    const made = new WriteStatistics();
    for (const ms of tookMs) made.addSuccess(BigInt(ms * 1e6));
    made.end(BigInt(totalSeconds * 1e9));
    return made;
  };

  it('equals the formulas for mean and standard deviation', () => {
    const { slowestSeconds, deviationSeconds, writesPerSecond } = statistics([10, 20, 60], 2);
    expect(slowestSeconds).toBe(0.06);
    expect(deviationSeconds).toBeCloseTo(0.0216025, 6);
    expect(writesPerSecond).toBe(1.5);
  });

  it.each([
    [[500, 500], 'PASS: Slowest request took 0.500000s', 'PASS: Stddev is 0.000000s'],
    [[501, 501], 'Slowest request took too long: 0.501000s', 'PASS: Stddev is 0.000000s'],
    [[1, 402], 'PASS: Slowest request took 0.402000s', 'Stddev too high: 0.200500s'],
    [[], 'PASS: Slowest request took 0.000000s', 'PASS: Stddev is NaNs'],
  ])('on requests that took %j ms is told', (took, slowest, deviation) => {
    expect(judge(statistics(took, 1), 1).lines.slice(1, 3)).toEqual([slowest, deviation]);
  });

  it('requires more than 90 % of the rate', () => {
    const nine = statistics(Array(9).fill(1), 1);
    expect(judge(nine, 10).lines[0]).toBe('FAIL: Throughput too low: 10 writes/s');
    expect(judge(nine, 9.9)).toMatchObject({
      isGood: true,
      lines: ['PASS: Throughput is 10 writes/s', {}, {}, 'PASS'],
    });
  });
});

describe('the pacer', () => {
  it('drops the turns of a long stall, but not those of a short one', async () => {
    const clock = new VirtualClock();
    const { signal } = new AbortController();
    const pacer = new Pacer({ perSecond: 100, durationMs: 1000, clock, signal });
    const turns: number[] = [];
    while (await pacer.turn()) {
      turns.push(Math.round(pacer.elapsedMs));
      if (turns.length === 5) await clock.sleep(30);
      if (turns.length === 20) await clock.sleep(500);
    }
    expect(turns.slice(0, 9)).toEqual([0, 10, 20, 30, 40, 70, 70, 70, 80]);
    expect(turns.filter((at) => at === 690)).toHaveLength(6);
    expect(turns.at(-1)).toBeLessThan(1000);
  });
});
