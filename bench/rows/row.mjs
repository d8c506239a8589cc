// Types of the benchmark's rows. To add a row, add an entry to a file in this folder; a new file needs a line in all-rows.mjs.

/**
 * The servers and data that rows need. Consecutive rows with the same scene share it: it is opened once, before the first of them.
 *
 * @template Stage
 * @typedef {object} Scene
 * @property {(settings: Settings) => Promise<Stage>} open
 * @property {(stage: Stage) => Promise<void>} close
 */

/** @typedef {import('../contenders.mjs').Contender} Contender */

/** @typedef {{ isQuick: boolean }} Settings `isQuick`: a hundredth of the data, to check that everything works */

/**
 * @template Stage
 * @typedef {object} Row
 * @property {string} id `--only` and `--not` select rows by it
 * @property {string} title
 * @property {'s' | 'writes/s'} unit for seconds, lower is better; for writes/s, higher
 * @property {string} [goal]
 * @property {number} runs of each contender, without the warm-up round
 * @property {boolean} [needsNoWarmUp]
 * @property {Scene<Stage>} scene
 * @property {(stage: Stage) => Promise<void>} [prepare] before the first run
 * @property {(stage: Stage, contender: Contender) =>
 *   Promise<import('../measure/alternate.mjs').Measurement>} run one run; resetting the data before it is not in the measured time
 * @property {(common: Contender[]) => Contender[]} [contenders] of this row, made of those of all rows; the first one is compared with
 * @property {{ series: 'keys' | 'bytes', label: string, at: number }} [growth] a point of the plot
 */

/** Returns its argument; the compiler infers the type of the row's scene. @template Stage @param {Row<Stage>} row */
export function row(row) {
  return row;
}
