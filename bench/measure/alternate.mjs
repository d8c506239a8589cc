import { median } from './median.mjs';

/** @typedef {import('../rows/row.mjs').Row<any>} Row */
/** @typedef {import('../contenders.mjs').Contender} Contender */
/** @typedef {import('./program.mjs').Measured & { rate?: number }} Measurement */

/**
 * @typedef {object} Outcome one contender's medians in one row
 * @property {string} contender
 * @property {number} runs
 * @property {number} value seconds, or what the row's unit says
 * @property {number} fastest the best value of a single run
 * @property {number} [peakMiB]
 * @property {number} [cpuSeconds]
 * @property {string} [skipped] why the contender was not measured; the other properties are then meaningless
 */

/**
 * Runs the contenders one after the other, round by round, so that other load on the machine affects all of them equally.
 * The first round is not counted: it fills the disk caches.
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
  /** Digests of the outputs; undefined where outputs are not compared. */
  const digests = new Set();
  const rounds = row.needsNoWarmUp ? runs : runs + 1;
  for (let round = 0; round < rounds; round++) {
    for (const contender of inTurn(contenders, round)) {
      if (skipped.has(contender)) continue;
      try {
        const measured = await row.run(stage, contender);
        digests.add(measured.outputDigest);
        if (digests.size > 1)
          throw new Error(`${row.id}: ${contender.name} wrote other output than the others`);
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

/** The contender does not have the row's command. */
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
