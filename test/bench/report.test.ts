import { describe, expect, it } from 'vitest';
import { alternate, MissingCommandError } from '../../bench/measure/alternate.mjs';
import { median } from '../../bench/measure/median.mjs';
import { requireBuiltFrom } from '../../bench/report/built-from.mjs';
import { growthPlot } from '../../bench/report/growth-plot.mjs';
import { tables } from '../../bench/report/publish.mjs';
import { startUpPlot } from '../../bench/report/start-up-plot.mjs';
import { rowLine } from '../../bench/report/table.mjs';
import { parseRuns, selectRows } from '../../bench/select-rows.mjs';

const contender = (name: string) => ({
  name,
  etcdctl: { command: name, leadingArgs: [] },
  etcdutl: { command: name, leadingArgs: [] },
});
const measured = (seconds: number) => ({
  seconds,
  peakBytes: 2 ** 20,
  cpuSeconds: undefined,
  code: 0,
  stderr: '',
});
const row = {
  id: 'row',
  title: 'a row',
  unit: 's' as const,
  runs: 3,
  scene: { open: async () => {}, close: async () => {} },
};

describe('the benchmark', () => {
  it('computes medians of odd and even numbers of values', () => {
    expect([median([]), median([3]), median([5, 1, 3]), median([4, 1, 3, 2])]).toEqual([
      undefined,
      3,
      3,
      2.5,
    ]);
  });

  it('runs the programs in turn, does not count the first round, and reports a command that a program does not have', async () => {
    const order: string[] = [];
    const times: Record<string, number[]> = { real: [9, 1, 2, 3], ours: [9, 4, 2, 3] };
    const run = async (_stage: unknown, { name }: { name: string }) => {
      order.push(name);
      if (name === 'missing') throw new MissingCommandError('not there');
      return measured(times[name]?.shift() ?? 0);
    };
    const contenders = ['real', 'ours', 'missing'].map(contender);
    const outcomes = await alternate({ ...row, run }, undefined, contenders, 3);
    expect(outcomes).toEqual([
      { contender: 'real', runs: 3, value: 2, fastest: 1, peakMiB: 1 },
      { contender: 'ours', runs: 3, value: 3, fastest: 2, peakMiB: 1 },
      { contender: 'missing', runs: 0, value: 0, fastest: 0, skipped: 'not there' },
    ]);
    expect(order.slice(0, 5)).toEqual(['real', 'ours', 'missing', 'ours', 'real']);
    expect(rowLine({ ...row, goal: '≤ 1' }, outcomes)).toBe(
      '| a row | 2.00 s, 1 MiB | 3.00 s, **1.50×**, 1 MiB | missing: not there | ≤ 1 |',
    );
  });

  it('fails when two programs write different output', async () => {
    const run = async (_stage: unknown, { name }: { name: string }) => ({
      ...measured(1),
      outputDigest: name,
    });
    await expect(alternate({ ...row, run }, undefined, ['a', 'b'].map(contender), 1)).rejects.toThrow(
      'b wrote other output',
    );
  });

  it('writes each row below the revision that it was measured at', () => {
    const outcomes = [{ contender: 'real', runs: 1, value: 1, fastest: 1 }];
    const measuredAt = (revision: string, title: string) => ({
      title,
      unit: 's',
      machine: { revision, cores: 2 } as never,
      outcomes,
    });
    const text = tables([measuredAt('abc', 'one'), measuredAt('def', 'two'), measuredAt('abc', 'three')]);
    expect(text.match(/at \w+\.|^\| \w+ \|/gm)).toEqual([
      'at abc.',
      '| one |',
      '| three |',
      'at def.',
      '| two |',
    ]);
  });

  it('draws a line for each program and series', () => {
    const outcomes = [
      { contender: 'real', runs: 1, value: 1, fastest: 1 },
      { contender: 'ours', runs: 1, value: 2, fastest: 2 },
    ];
    const results = [1000, 10_000].map((at) => ({
      title: '',
      unit: 's',
      growth: { series: 'keys' as const, label: 'get', at },
      machine: {} as never,
      outcomes,
    }));
    const svg = growthPlot(results);
    expect(svg.match(/<polyline points="[\d. ,]+"/g)).toHaveLength(2);
    expect(svg).toContain('>get: ours</text>');
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('draws a bar for each program of a short command', () => {
    const outcomes = ['etcd 3.7.1', 'etcd 3.5.30', 'npm'].map((contender, index) => ({
      contender,
      runs: 1,
      value: 0.01 * (index + 1),
      fastest: 0.01,
    }));
    const skipped = { contender: 'standalone', runs: 0, value: 0, fastest: 0, skipped: 'not there' };
    const results = ['`get`', '`put`'].map((title) => ({
      title,
      unit: 's',
      machine: {} as never,
      outcomes: [...outcomes, skipped],
    }));
    const svg = startUpPlot(results);
    expect(svg.match(/<rect x=/g)).toHaveLength(6);
    expect(svg).toContain('>30.0 npm</text>');
    expect(svg).toContain('>get</text>');
    expect(svg).not.toMatch(/NaN|Infinity|undefined|standalone/);
  });

  it('selects rows by parts of their ids, and names the ids when a text is in none', () => {
    const rows = ['start-get', 'start-help', 'watch-live'].map((id) => ({ id }));
    const select = (only: string[], not: string[] = []) =>
      selectRows(rows, { only, not }).map(({ id }) => id);
    expect(select([])).toEqual(['start-get', 'start-help', 'watch-live']);
    expect(select(['get,live'])).toEqual(['start-get', 'watch-live']);
    expect(select(['get', 'watch, help'])).toEqual(['start-get', 'start-help', 'watch-live']);
    expect(select(['start'], ['help'])).toEqual(['start-get']);
    const ids = 'the ids are:\n  start-get\n  start-help\n  watch-live';
    expect(() => select(['get,wach'])).toThrow(`no row has "wach" in its id; ${ids}`);
    expect(() => select([], ['hepl'])).toThrow('no row has "hepl"');
    expect(() => select(['get,'])).toThrow('a text is empty');
    expect(() => select(['start'], ['start'])).toThrow('no row is left');
  });

  it('takes a number of runs, and refuses other texts', () => {
    expect([parseRuns(undefined), parseRuns('12')]).toEqual([undefined, 12]);
    for (const text of ['x', '', '0', '-1', '1.5', '3x']) expect(() => parseRuns(text)).toThrow('--runs');
  });

  it('publishes figures only of builds of the commit that is checked out', () => {
    const buildOf = (name: string, commit: string) => {
      const script = `console.log('${JSON.stringify({ commit })}')`;
      const program = { command: process.execPath, leadingArgs: ['-e', script, '--'] };
      return { name, etcdctl: program, etcdutl: program };
    };
    const real = { ...buildOf('etcd 3.7.1', ''), etcdctl: { command: '/absent', leadingArgs: [] } };
    const npm = buildOf('npm', 'abc');
    expect(() => requireBuiltFrom([real, npm, buildOf('standalone', 'abc')], 'abc')).not.toThrow();
    expect(() => requireBuiltFrom([npm, buildOf('standalone', 'abc-dirty')], 'abc')).toThrow(
      'the standalone build is of abc-dirty, and the checkout at abc',
    );
    expect(() => requireBuiltFrom([npm], 'def')).toThrow('the npm build is of abc');
  });
});
