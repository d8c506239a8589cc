/** Complete runs of `check perf` and `check datascale`, which take a minute. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, startLab } from '../support/lab/lab.js';
import { ourEtcdctl, type Program, type RunResult, run, start } from '../support/lab/program.js';

/** The timeout of a test: `check perf` takes a minute. Ours and the real program run at the same time, each on its own servers. */
const TIMEOUT_MS = 300_000;

/** Runs a check; returns its result and the number of keys that are left in the store. */
async function check(lab: Lab, program: Program, args: readonly string[]) {
  const result = await run(program, [...lab.flags(), 'check', ...args], { timeoutMs: TIMEOUT_MS });
  const { stdout } = await lab.real(['get', '', '--prefix', '-w', 'json']);
  const left = JSON.parse(stdout.toString()) as { header: { revision: number }; count?: number };
  return { ...result, writes: left.header.revision - 1, keys: left.count ?? 0 };
}

/** The output with all numbers replaced. */
function shape({ stdout }: RunResult): string {
  return stdout
    .toString()
    .replace(/"[^"]*:\d+"/g, '"<endpoint>"')
    .replace(/-?\d+\.\d+(?=s|\b)/g, '<n>')
    .replace(/(?<=revision |is |low: )\d+/g, '<n>');
}

describe('check, in full', () => {
  let labs: [Lab, Lab];
  beforeAll(async () => {
    labs = await Promise.all([startLab(), startLab()]);
  });
  afterAll(() => Promise.all((labs ?? []).map((lab) => lab.stop())));
  const both = ([ourLab, realLab]: [Lab, Lab], args: readonly string[]) =>
    Promise.all([check(ourLab, ourEtcdctl(), args), check(realLab, realLab.newestEtcdctl, args)]);

  it('perf writes as much as in etcdctl, and leaves no keys', { timeout: TIMEOUT_MS }, async () => {
    const [ours, real] = await both(labs, ['perf', '--auto-compact', '--auto-defrag']);
    // On a busy machine, either of them can be too slow to pass.
    const verdicts =
      /^(?:PASS: Throughput is|FAIL: Throughput too low:) <n> writes\/s\n(?:PASS: Slowest request took|Slowest request took too long:) <n>s\n(?:PASS: Stddev is|Stddev too high:) <n>s\n(?:PASS|FAIL)\n$/m;
    const tidying =
      /^Compacting with revision <n>\nCompacted with revision <n>\nDefragmenting "<endpoint>"\nDefragmented "<endpoint>"\n/;
    for (const result of [ours, real]) {
      expect(shape(result)).toMatch(tidying);
      expect(shape(result).replace(tidying, '')).toMatch(verdicts);
      expect(result.code).toBe(result.stdout.toString().endsWith('\nPASS\n') ? 0 : 1);
      expect(result.keys).toBe(0);
    }
    expect(ours.writes).toBeGreaterThan(real.writes * 0.95);
  });

  it('datascale prints the same as in etcdctl, except for the memory', { timeout: TIMEOUT_MS }, async () => {
    const before = await Promise.all(labs.map((lab) => check(lab, lab.etcdctl, ['perf', '--load=none'])));
    const [ours, real] = await both(labs, ['datascale', '--auto-compact', '--auto-defrag']);
    expect(shape(ours)).toBe(shape(real));
    expect(shape(ours)).toMatch(/PASS: Approximate system memory used : <n> MB\.\n$/);
    expect([ours, real].map((result, index) => result.writes - (before[index]?.writes ?? 0))).toEqual([
      10_001, 10_001,
    ]);
    expect([ours.code, ours.keys, ours.stderr.toString()]).toEqual([0, 0, '']);
  });

  it('perf deletes its keys and fails when it is interrupted', { timeout: TIMEOUT_MS }, async () => {
    const [lab] = labs;
    const running = start(ourEtcdctl(), [...lab.flags(), 'check', 'perf']);
    await expect
      .poll(
        async () =>
          (await lab.real(['get', '/etcdctl-check-perf/', '--prefix', '--keys-only'])).stdout.length,
        {
          timeout: 20_000,
        },
      )
      .toBeGreaterThan(0);
    running.kill('SIGINT');
    const { stdout, code } = await running.result;
    expect(stdout.toString()).toMatch(
      /^FAIL: interrupted after \d+ of 60 seconds\n.*Throughput .*\n.*Slowest .*\n.*Stddev .*\nFAIL\n$/,
    );
    expect(code).toBe(1);
    expect((await lab.real(['get', '', '--prefix'])).stdout.toString()).toBe('');
  });
});

describe('check datascale over TLS', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({ profile: 'tls' });
  });
  afterAll(() => lab?.stop());

  // No comparison: the real etcdctl reads the metrics without --cacert, and by http:// when the endpoint has no scheme.
  it.each(['https://', ''])(
    'reads the metrics of "%s" endpoints with the certificates of the flags',
    { timeout: TIMEOUT_MS },
    async (scheme) => {
      const endpoints = lab.cluster.endpoints.map((endpoint) => scheme + endpoint.replace(/^https:\/\//, ''));
      const result = await run(ourEtcdctl(), [...lab.flags(endpoints), 'check', 'datascale'], {
        timeoutMs: TIMEOUT_MS,
      });
      expect(result.stderr.toString()).toBe('');
      expect(shape(result)).toMatch(
        /^Start data scale check .*\nPASS: Approximate system memory used : <n> MB\.\n$/,
      );
    },
  );
});
