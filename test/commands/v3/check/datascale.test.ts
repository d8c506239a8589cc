import { describe, expect, it } from 'vitest';
import {
  type CheckDatascaleOptions,
  runCheckDatascale,
} from '../../../../src/commands/v3/check/datascale.js';
import { AlreadyReportedError, CommandError, ServerError } from '../../../../src/model/errors.js';
import type { Client } from '../../../../src/model/services.js';
import { fakeContext } from '../../../support/fake-context.js';

const OPTIONS: CheckDatascaleOptions = { load: 's', prefix: '/d/', compacts: true, defragments: false };
const START =
  'Start data scale check for work load [10000 key-value pairs, 1024 bytes per key-value, 50 concurrent clients].\n';

interface Member {
  /** The memory in the metrics, for each request in turn. */
  readonly memory?: (string | Error)[];
  readonly fetchMetrics?: () => Promise<string>;
  readonly put?: (nth: number) => Promise<unknown>;
  readonly deleteRange?: () => Promise<unknown>;
}

function scene({ memory = ['1e+07', '1.2e+07'], put, deleteRange, ...metrics }: Member = {}) {
  const calls: string[] = [];
  const count = { puts: 0, underWay: 0, most: 0 };
  const kv = {
    range: async () => ({ kvs: [] }),
    put: async () => {
      count.puts += 1;
      count.underWay += 1;
      count.most = Math.max(count.most, count.underWay);
      await put?.(count.puts);
      count.underWay -= 1;
    },
    deleteRange: async () => {
      calls.push('delete');
      return (await deleteRange?.()) ?? { header: { revision: 9n } };
    },
    compact: async () => void calls.push('compact'),
  };
  const fake = fakeContext({
    endpoints: ['a:1', 'b:2'],
    connect: () => ({ kv }) as unknown as Client,
    fetchMetrics: async (endpoint) => {
      calls.push(`metrics of ${endpoint}`);
      const next = memory.shift();
      if (next instanceof Error) throw next;
      return `# HELP process_resident_memory_bytes Size.\nprocess_resident_memory_bytes ${next}\n`;
    },
    ...metrics,
  });
  const run = (options: Partial<CheckDatascaleOptions> = {}) =>
    runCheckDatascale({ ...OPTIONS, ...options }, fake.context).then(
      () => undefined,
      (failure: unknown) => failure,
    );
  const text = () => fake.emitted.map((result) => (result.kind === 'text' ? result.text : '?')).join('');
  return { ...fake, run, text, calls, count };
}

describe('check datascale', () => {
  it('writes all pairs and prints the additional memory of the first endpoint', async () => {
    const { run, text, calls, count } = scene();
    expect(await run()).toBeUndefined();
    expect(text()).toBe(
      `${START}Compacting with revision 9\nCompacted with revision 9\nPASS: Approximate system memory used : 1.91 MB.\n`,
    );
    expect(count).toMatchObject({ puts: 10_000, most: 50 });
    expect(calls).toEqual(['metrics of a:1', 'metrics of a:1', 'delete', 'compact']);
  });

  it('writes nothing when the memory cannot be read', async () => {
    const { run, text, lines, count } = scene({ memory: [new CommandError('HTTP status 404')] });
    expect(await run()).toEqual(new AlreadyReportedError(1));
    expect(text()).toBe('FAIL: Could not read process_resident_memory_bytes before the put operations.\n');
    expect(lines).toEqual(['a:1: HTTP status 404']);
    expect(count.puts).toBe(0);
  });

  it('fails when the memory cannot be read after the writes', async () => {
    const { run, text } = scene({ memory: ['1', 'many'] });
    expect(await run()).toEqual(new AlreadyReportedError(1));
    expect(text()).toBe(
      `${START}FAIL: Could not read process_resident_memory_bytes after the put operations.\n`,
    );
  });

  it('fails when writes failed, after the clean-up', async () => {
    const put = async (nth: number) => {
      if (nth > 9_998)
        throw new ServerError('etcdserver: mvcc: database space exceeded', 'ResourceExhausted');
    };
    const { run, text, calls } = scene({ put });
    expect(await run({ compacts: false })).toEqual(new AlreadyReportedError(1));
    expect(text()).toBe(
      `${START}FAIL: too many errors\nFAIL: ERROR(etcdserver: mvcc: database space exceeded) -> 2\n`,
    );
    expect(calls.at(-1)).toBe('delete');
  });

  it('rejects when the keys cannot be deleted', async () => {
    const failure = new ServerError('etcdserver: no leader', 'Unavailable');
    const { run } = scene({ deleteRange: () => Promise.reject(failure) });
    expect(await run()).toBe(failure);
  });

  it('deletes the keys when it is interrupted, and prints nothing', async () => {
    const reason = new Error('interrupted');
    const made = scene({
      put: async (nth) => {
        if (nth === 500) made.abort(reason);
      },
    });
    expect(await made.run()).toBe(reason);
    expect(made.count.puts).toBeLessThan(600);
    expect(made.calls.at(-1)).toBe('delete');
    expect(made.text()).toBe(START);
  });
});

describe('the memory that check datascale prints', () => {
  it.each([
    ['0', '0.00'],
    ['131072', '0.12'],
    ['393216', '0.38'],
    ['6.5536e+05', '0.62'],
    ['4.234304e+07', '40.38'],
    ['-1048576', '-1.00'],
    ['-131072', '-0.12'],
  ])('%s bytes are %s MB', async (bytes, text) => {
    const made = scene({ memory: ['0', bytes] });
    expect(await made.run()).toBeUndefined();
    expect(made.text()).toMatch(`PASS: Approximate system memory used : ${text} MB.\n`);
  });

  it.each(['', 'x 1', '_max 5'])(
    'is missing from metrics with "process_resident_memory_bytes%s"',
    async (rest) => {
      const made = scene({ fetchMetrics: async () => `other 1\nprocess_resident_memory_bytes${rest}` });
      expect(await made.run()).toEqual(new AlreadyReportedError(1));
      expect(made.lines).toEqual([
        'only members on Linux report their memory usage',
        'a:1: its metrics do not include process_resident_memory_bytes',
      ]);
    },
  );
});
