import { expect, test } from 'vitest';
import type { CommandContext } from '../../../src/cli/context.js';
import { type DiffOptions, registerDiff, runDiff } from '../../../src/commands/v3/diff.js';
import { type GetOptions, registerGet, runGet } from '../../../src/commands/v3/get.js';
import { registerTop, runTop, type TopOptions } from '../../../src/commands/v3/top.js';
import { fakeContext } from '../../support/fake-context.js';
import { historyDatabase } from '../../support/history-database.js';
import { parseCommand } from '../../support/parse-command.js';
import { useSnapshotFiles } from '../../support/snapshot-files.js';

const files = useSnapshotFiles();

const RECORDS = 2500;
const DATABASE = historyDatabase(
  Array.from({ length: RECORDS }, (_, index) => ({ key: `k${index % 50}`, value: `${index}` })),
);

type Run = (path: string, context: CommandContext) => Promise<void>;

const COMMANDS: readonly (readonly [string, Run])[] = [
  [
    'get',
    (path, context) => {
      const argv = ['get', '', '--prefix', '--sort-by=VALUE', '--from-snapshot', path];
      return runGet(parseCommand(registerGet, argv) as GetOptions, context);
    },
  ],
  [
    'diff',
    (path, context) => runDiff(parseCommand(registerDiff, ['diff', path, path]) as DiffOptions, context),
  ],
  [
    'top',
    (path, context) =>
      runTop(parseCommand(registerTop, ['top', '--from-snapshot', path]) as TopOptions, context),
  ],
];

test.each(COMMANDS)('a progress display of %s has one unit and one total', async (_name, run) => {
  const path = files.write('a.db', DATABASE);
  const totals: [unit: string, total: number | undefined][][] = [];
  const { context } = fakeContext();
  const progress: CommandContext['notices']['progress'] = (_label, unit = 'bytes') => {
    const display: [string, number | undefined][] = [];
    totals.push(display);
    const update = (_done: number, total?: number) => void display.push([unit, total]);
    return { update, show: () => undefined, stop: () => undefined };
  };
  await run(path, { ...context, notices: { ...context.notices, progress }, emit: async () => undefined });
  const units = totals.flatMap((display) => {
    const different = new Set(display.map(([unit, total]) => `${unit} ${total}`));
    expect(different.size).toBeLessThanOrEqual(1);
    return [...different];
  });
  const sizes = units.filter((each) => each.startsWith('bytes'));
  expect(sizes.length).toBeGreaterThan(0);
  expect(new Set(sizes)).toEqual(new Set([`bytes ${DATABASE.length}`]));
  expect(units.some((each) => each.startsWith('count'))).toBe(true);
});
