import { median } from './median.mjs';

/** @typedef {import('../rows/row.mjs').Row<any>} Row */
/** @typedef {import('../contenders.mjs').Contender} Contender */
/** @typedef {import('./program.mjs').Measured & { rate?: number }} Measurement */

/**
 * @typedef {object} Outcome of one contender in one row; medians
 * @property {string} contender
 * @property {number} runs
 * @property {number} value seconds, or what the row's unit says
 * @property {number} fastest the best single value
 * @property {number} [peakMiB]
 * @property {number} [cpuSeconds]
 * @property {string} [skipped] why there are no figures; the others then mean nothing
 */

/**
 * Runs the contenders one after the other, round by round, so that whatever else the machine does meets all of them alike.
 * The first round is not counted: it fills the caches of the disk.
 *
 * @param {Row} row
 * @param {unknown} stage
 * @param {Contender[]} contenders
 * @param {number} runs
 * @returns {Promise<Outcome[]>}
 */
export async function alternate(row, stage, contenders, runs) {
  /** @type {Map<Contender, Measurement[]>} */
  const measurements = new Map(contenders.map((contender) => [contender, []]));
  /** @type {Map<Contender, string>} */
  const skipped = new Map();
  /** Of the outputs; undefined where they are not compared. */
  const digests = new Set();
  const rounds = row.needsNoWarmUp ? runs : runs + 1;
  for (let round = 0; round < rounds; round++) {
    for (const contender of inTurn(contenders, round)) {
      if (skipped.has(contender)) continue;
      try {
        const measured = await row.run(stage, contender);
        digests.add(measured.outputDigest);
        if (digests.size > 1)
          throw new Error(`${row.id}: ${contender.name} wrote something else than the others`);
        if (round >= rounds - runs) measurements.get(contender)?.push(measured);
      } catch (error) {
        if (!(error instanceof MissingCommandError)) throw error;
        skipped.set(contender, error.message);
      }
    }
  }
  return contenders.map((contender) =>
    summary(contender, measurements.get(contender) ?? [], skipped.get(contender)),
  );
}

/** A contender does not know the command of the row. */
export class MissingCommandError extends Error {}

/**
 * @param {Contender[]} contenders
 * @param {number} round
 */
function inTurn(contenders, round) {
  const first = round % contenders.length;
  return [...contenders.slice(first), ...contenders.slice(0, first)];
}

/**
 * @param {Contender} contender
 * @param {Measurement[]} measurements
 * @param {string | undefined} skipped
 * @returns {Outcome}
 */
function summary(contender, measurements, skipped) {
  if (skipped !== undefined) return { contender: contender.name, runs: 0, value: 0, fastest: 0, skipped };
  const values = measurements.map(({ seconds, rate }) => rate ?? seconds);
  const isRate = measurements.some(({ rate }) => rate !== undefined);
  const peak = median(measurements.flatMap(({ peakBytes }) => peakBytes ?? []));
  const cpu = median(measurements.flatMap(({ cpuSeconds }) => cpuSeconds ?? []));
  return {
    contender: contender.name,
    runs: measurements.length,
    value: median(values) ?? Number.NaN,
    fastest: isRate ? Math.max(...values) : Math.min(...values),
    ...(peak !== undefined && { peakMiB: peak / 2 ** 20 }),
    ...(cpu !== undefined && { cpuSeconds: cpu }),
  };
}
