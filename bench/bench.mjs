// `npm run bench`: measures this program and the real one in the same run. See docs/performance.md.
import { parseArgs } from 'node:util';
import { missingRequirements } from '../scripts/lib/requirements.mjs';
import { contenders } from './contenders.mjs';
import { alternate } from './measure/alternate.mjs';
import { headCommit, requireBuiltFrom } from './report/built-from.mjs';
import { describeMachine } from './report/machine.mjs';
import { publish } from './report/publish.mjs';
import { rowLine } from './report/table.mjs';
import { allRows } from './rows/all-rows.mjs';
import { parseRuns, selectRows } from './select-rows.mjs';

const HELP = `npm run bench [-- options]
  --only TEXTS  only rows whose id contains one of the texts, which commas separate; may be repeated
  --not TEXTS   skips rows whose id contains one of the texts; may be repeated
  --runs N      number of runs, instead of each row's own
  --quick       checks that all rows work: a hundredth of the data, two runs, writes nothing into docs/
  --list        prints the ids of the rows
  --no-publish  writes nothing into docs/; otherwise the builds must be of the checkout's commit`;

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

if (options.help) console.log(HELP);
else {
  const { rows, runs } = readOptions();
  const missing = options.list ? undefined : missingRequirements('build', 'reference');
  if (missing !== undefined) {
    console.error(missing);
    process.exitCode = 1;
  } else if (options.list) for (const { id, title } of rows) console.log(`${id.padEnd(28)} ${title}`);
  else await run(rows, runs);
}

/** Exits with 1 when a text selects nothing, or the number of runs is none. */
function readOptions() {
  try {
    return { rows: selectRows(allRows, options), runs: parseRuns(options.runs) };
  } catch (error) {
    console.error(/** @type {Error} */ (error).message);
    process.exit(1);
  }
}

/**
 * @param {typeof allRows} rows
 * @param {number | undefined} wantedRuns
 */
async function run(rows, wantedRuns) {
  const settings = { isQuick: options.quick };
  const isPublished = !options.quick && !options['no-publish'];
  const all = contenders();
  if (isPublished) requireBuiltFrom(all, headCommit());
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
      const runs = options.quick ? 2 : (wantedRuns ?? row.runs);
      const compared = row.contenders?.(all) ?? all;
      const outcomes = await alternate(row, open.stage, compared, runs);
      console.log(rowLine(row, outcomes));
      // Published row by row, so that the results are kept when a later row fails.
      if (isPublished) publish({ row, outcomes }, describeMachine());
    }
  } finally {
    await open?.scene.close(open.stage);
  }
}
