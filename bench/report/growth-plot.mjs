import { LogChart } from './log-chart.mjs';

/** @typedef {import('./publish.mjs').Result} Result */

const TITLE = 'Time by number of keys and by size of the database';
const COLOURS = ['#1f77b4', '#d62728', '#2ca02c', '#9467bd'];
/** SVG dash patterns of the growth labels, in their order; colours stand for the contenders. */
const DASHES = ['', '6 4'];

/**
 * Plots how the time of the rows grows with their data: one chart for keys and one for bytes, with logarithmic axes.
 *
 * @param {Result[]} results
 * @returns {string} an SVG picture
 */
export function growthPlot(results) {
  const charts = [
    chartOf(results, 'keys', 'keys', [1e3, 1e4, 1e5, 1e6]),
    chartOf(results, 'bytes', 'size of the database', [1e7, 1e8, 1e9]),
  ].filter((chart) => chart !== undefined);
  const height = charts.reduce((sum, chart) => sum + chart.height, 0);
  let top = 0;
  const parts = charts.map((chart) => {
    const part = `<g transform="translate(0 ${top})">${chart.draw()}</g>`;
    top += chart.height;
    return part;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="760" height="${height}" font-family="sans-serif" font-size="12"><title>${TITLE}</title><rect width="100%" height="100%" fill="white"/>\n${parts.join('\n')}\n</svg>\n`;
}

/**
 * @param {Result[]} results
 * @param {'keys' | 'bytes'} series
 * @param {string} xTitle
 * @param {number[]} xTicks
 */
function chartOf(results, series, xTitle, xTicks) {
  const ofSeries = results.filter(({ growth }) => growth?.series === series);
  if (ofSeries.length === 0) return undefined;
  const labels = [...new Set(ofSeries.map(({ growth }) => growth?.label ?? ''))];
  const names = [...new Set(ofSeries.flatMap(({ outcomes }) => outcomes.map(({ contender }) => contender)))];
  const chart = new LogChart({ xTitle, yTitle: 'seconds', xTicks });
  for (const [line, label] of labels.entries()) {
    for (const [colour, name] of names.entries()) {
      const points = ofSeries
        .filter(({ growth }) => growth?.label === label)
        .flatMap(({ growth, outcomes }) =>
          outcomes
            .filter(({ contender, skipped }) => contender === name && skipped === undefined)
            .map(({ value }) => ({ x: growth?.at ?? 1, y: value })),
        );
      chart.line({
        title: `${label}: ${name}`,
        points,
        colour: COLOURS[colour] ?? 'black',
        dash: DASHES[line] ?? '',
      });
    }
  }
  return chart;
}
