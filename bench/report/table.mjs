/** @typedef {import('../measure/alternate.mjs').Outcome} Outcome */
/** @typedef {{ title: string, unit: string, goal?: string }} Titled */

/**
 * One row as a line of a Markdown table. Each contender's cell has its median, the ratio to the first contender's, and the memory.
 *
 * @param {Titled} row
 * @param {Outcome[]} outcomes the others are compared with the first
 */
export function rowLine({ title, unit, goal = '' }, outcomes) {
  const [first] = outcomes;
  const cells = outcomes.map((outcome) => cell(outcome, first, unit));
  return `| ${[title, ...cells, goal].join(' | ')} |`;
}

/**
 * @param {Outcome} outcome
 * @param {Outcome | undefined} first
 * @param {string} unit
 */
function cell(outcome, first, unit) {
  if (outcome.skipped !== undefined) return `${outcome.contender}: ${outcome.skipped}`;
  const parts = [value(outcome.value, unit)];
  if (first !== undefined && first !== outcome)
    parts.push(`**${(outcome.value / first.value).toFixed(2)}×**`);
  if (outcome.peakMiB !== undefined) parts.push(`${Math.round(outcome.peakMiB)} MiB`);
  return parts.join(', ');
}

/**
 * @param {number} number
 * @param {string} unit
 */
function value(number, unit) {
  if (unit !== 's') return `${Math.round(number).toLocaleString('en')} ${unit}`;
  return number < 1 ? `${(number * 1000).toFixed(number < 0.1 ? 1 : 0)} ms` : `${number.toFixed(2)} s`;
}

/**
 * @param {string[]} names of the contenders
 */
export function tableHead(names) {
  const titles = ['', ...names, 'goal'];
  return [`| ${titles.join(' | ')} |`, `| ${titles.map(() => '---').join(' | ')} |`].join('\n');
}
