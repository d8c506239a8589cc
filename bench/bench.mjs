// `npm run bench`: measures this program and the real one in the same run. See docs/performance.md.
import { parseArgs } from 'node:util';
import { missingRequirements } from '../scripts/lib/requirements.mjs';
import { contenders } from './contenders.mjs';
import { alternate } from './measure/alternate.mjs';
import { describeMachine } from './report/machine.mjs';
import { publish } from './report/publish.mjs';
import { rowLine } from './report/table.mjs';
import { allRows } from './rows/all-rows.mjs';

const HELP = `npm run bench [-- options]
  --only TEXT   only rows whose id contains the text; may be repeated
  --not TEXT    skips rows whose id contains the text; may be repeated
  --runs N      number of runs, instead of each row's own
  --quick       checks that all rows work: a hundredth of the data, two runs, writes nothing into docs/
  --list        prints the ids of the rows
  --no-publish  writes nothing into docs/`;

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    not: { type: 'string', multiple: true, default: [] },
    runs: { type: 'string' },
    quick: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    'no-publish': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const matchesAny = (/** @type {string} */ id, /** @type {string[]} */ texts) =>
  texts.some((text) => id.includes(text));
const rows = allRows.filter(
  ({ id }) => (options.only.length === 0 || matchesAny(id, options.only)) && !matchesAny(id, options.not),
);

if (options.help) console.log(HELP);
else if (options.list) for (const { id, title } of rows) console.log(`${id.padEnd(28)} ${title}`);
else {
  const missing = missingRequirements('build', 'reference');
  if (missing === undefined) await run();
  else {
    console.error(missing);
    process.exitCode = 1;
  }
}

async function run() {
  const settings = { isQuick: options.quick };
  const all = contenders();
  /** @type {{ scene: import('./rows/row.mjs').Scene<any>, stage: unknown } | undefined} */
  let open;
  try {
    for (const row of rows) {
      if (open?.scene !== row.scene) {
        await open?.scene.close(open.stage);
        open = undefined;
        open = { scene: row.scene, stage: await row.scene.open(settings) };
      }
      await row.prepare?.(open.stage);
      const runs = options.quick ? 2 : Number(options.runs ?? row.runs);
      const others = row.others?.(open.stage) ?? [];
      const outcomes = await alternate(row, open.stage, [...all, ...others], runs);
      console.log(rowLine(row, outcomes));
      // Published row by row, so that the results are kept when a later row fails.
      if (!options.quick && !options['no-publish']) publish({ row, outcomes }, describeMachine());
    }
  } finally {
    await open?.scene.close(open.stage);
  }
}
