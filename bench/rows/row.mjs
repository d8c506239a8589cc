// What a row of the table is. A new one is an entry in a file of this folder; a new file is a line in all-rows.mjs.

/**
 * What rows need to be there before they run. Rows that follow each other and have the same scene share one opening of it.
 *
 * @template Stage
 * @typedef {object} Scene
 * @property {(settings: Settings) => Promise<Stage>} open
 * @property {(stage: Stage) => Promise<void>} close
 */

/** @typedef {{ isQuick: boolean }} Settings quick: a hundredth of the data, to see that everything works */

/**
 * @template Stage
 * @typedef {object} Row
 * @property {string} id which `--only` goes by
 * @property {string} title
 * @property {'s' | 'writes/s'} unit less is better for seconds, more for writes
 * @property {string} [goal]
 * @property {number} runs counted ones, for each contender
 * @property {boolean} [needsNoWarmUp]
 * @property {Scene<Stage>} scene
 * @property {(stage: Stage) => Promise<void>} [prepare] before the first run
 * @property {(stage: Stage, contender: import('../contenders.mjs').Contender) =>
 *   Promise<import('../measure/alternate.mjs').Measurement>} run one run; what it undoes first is not in the time
 * @property {(stage: Stage) => import('../contenders.mjs').Contender[]} [others] contenders of this row alone
 * @property {{ series: 'keys' | 'bytes', label: string, at: number }} [growth] a point of the plot
 */

/** Gives the row's type to an object without naming the scene's. @template Stage @param {Row<Stage>} row */
export function row(row) {
  return row;
}
