// Writes results into docs/: results.json, the tables of performance.md, the plots.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../scripts/lib/paths.mjs';
import { allRows } from '../rows/all-rows.mjs';
import { growthPlot } from './growth-plot.mjs';
import { startUpPlot } from './start-up-plot.mjs';
import { rowLine, tableHead } from './table.mjs';

/** @typedef {import('../measure/alternate.mjs').Outcome} Outcome */
/** @typedef {{ row: import('../rows/row.mjs').Row<any>, outcomes: Outcome[] }} Measured */
/** @typedef {{ title: string, unit: string, goal?: string, growth?: import('../rows/row.mjs').Row<any>['growth'], machine: import('./machine.mjs').Machine, outcomes: Outcome[] }} Result */

const folder = path.join(root, 'docs', 'performance');
const resultsFile = path.join(folder, 'results.json');
const page = path.join(root, 'docs', 'performance.md');
const TABLE = /(?<=<!-- results -->\n)[\s\S]*(?=<!-- end of results -->)/;

/**
 * Adds a row's results. Other rows keep their results, with the machine and date of their own measurement.
 *
 * @param {Measured} measured
 * @param {import('./machine.mjs').Machine} machine
 */
export function publish({ row, outcomes }, machine) {
  mkdirSync(folder, { recursive: true });
  /** @type {Record<string, Result>} */
  const before = existsSync(resultsFile) ? JSON.parse(readFileSync(resultsFile, 'utf8')) : {};
  const { title, unit, goal, growth } = row;
  before[row.id] = { title, unit, ...(goal && { goal }), ...(growth && { growth }), machine, outcomes };
  const results = allRows.flatMap(({ id }) => {
    const result = before[id];
    return result === undefined ? [] : [/** @type {const} */ ([id, result])];
  });
  writeFileSync(resultsFile, `${JSON.stringify(Object.fromEntries(results), rounded, 2)}\n`);
  const all = results.map(([, result]) => result);
  const startUp = results.filter(([id]) => id.startsWith('start-')).map(([, result]) => result);
  writeFileSync(path.join(folder, 'growth.svg'), growthPlot(all));
  writeFileSync(path.join(folder, 'start-up.svg'), startUpPlot(startUp));
  if (existsSync(page))
    writeFileSync(
      page,
      readFileSync(page, 'utf8').replace(TABLE, () => tables(all)),
    );
}

/** @param {import('./machine.mjs').Machine} machine */
function machineText({ date, cpu, cores, memoryGiB, system, node, etcd, revision }) {
  return `Measured on ${date}: ${cpu}, ${cores} cores, ${memoryGiB} GiB, ${system}; Node.js ${node}; etcd ${etcd}, programs and servers; this program at ${revision}.`;
}

/**
 * @param {string} _name
 * @param {unknown} value
 */
function rounded(_name, value) {
  return typeof value === 'number' ? Number(value.toPrecision(4)) : value;
}

/**
 * Tables below the machine and the revision that their rows were measured on, one for each set of contenders; rows in the order of
 * `allRows`.
 *
 * @param {Result[]} results
 */
export function tables(results) {
  const machines = [...new Set(results.map(({ machine }) => machineText(machine)))];
  return machines
    .map((text) => `${text}\n${tablesOf(results.filter(({ machine }) => machineText(machine) === text))}\n\n`)
    .join('');
}

/** @param {Result[]} results */
function tablesOf(results) {
  let names = '';
  const lines = results.flatMap((result) => {
    const contenders = result.outcomes.map(({ contender }) => contender);
    const isNew = contenders.join() !== names;
    names = contenders.join();
    return [...(isNew ? ['', tableHead(contenders)] : []), rowLine(result, result.outcomes)];
  });
  return lines.join('\n');
}
