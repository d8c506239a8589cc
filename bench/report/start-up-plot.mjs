// Bars of the time of short commands, as SVG.

/** @typedef {import('./publish.mjs').Result} Result */

const TITLE = 'Time of short commands, in milliseconds';
const LEFT = 260;
const WIDTH = 760;
const MAX_BAR = 420;
const BAR = { height: 14, pitch: 17 };
const GROUP_GAP = 14;
const TOP = 40;
/** Both versions of the real program are grey; colours stand for the others, in their order. */
const GREYS = ['#555', '#aaa'];
const COLOURS = ['#d62728', '#1f77b4', '#9467bd', '#2ca02c'];

/**
 * A group of bars for each row, one bar for each program.
 *
 * @param {Result[]} results
 * @returns {string} an SVG picture
 */
export function startUpPlot(results) {
  const colours = coloursOf(results);
  const longest = Math.max(...results.flatMap(({ outcomes }) => outcomes.map(({ value }) => value)));
  let top = TOP;
  const groups = results.map(({ title, outcomes }) => {
    const measured = outcomes.filter(({ skipped }) => skipped === undefined);
    const bars = measured.map(({ contender, value }, index) =>
      bar(contender, value, {
        y: index * BAR.pitch,
        width: (value / longest) * MAX_BAR,
        colour: colours.get(contender) ?? 'black',
      }),
    );
    const name = text(8, BAR.height - 3, escaped(title.replaceAll('`', '')));
    const group = `<g transform="translate(0 ${top})">${name}${bars.join('')}</g>`;
    top += bars.length * BAR.pitch + GROUP_GAP;
    return group;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${top}" font-family="sans-serif" font-size="11"><title>${TITLE}</title><rect width="100%" height="100%" fill="white"/>${text(8, 20, TITLE)}\n${groups.join('\n')}\n</svg>\n`;
}

/** @param {Result[]} results */
function coloursOf(results) {
  const names = [...new Set(results.flatMap(({ outcomes }) => outcomes.map(({ contender }) => contender)))];
  const real = names.filter((name) => name.startsWith('etcd '));
  const others = names.filter((name) => !real.includes(name));
  return new Map([
    ...real.map((name, index) => /** @type {const} */ ([name, GREYS[index] ?? 'grey'])),
    ...others.map((name, index) => /** @type {const} */ ([name, COLOURS[index] ?? 'black'])),
  ]);
}

/**
 * @param {string} name
 * @param {number} seconds
 * @param {{ y: number, width: number, colour: string }} place
 */
function bar(name, seconds, { y, width, colour }) {
  const length = Math.round(width * 10) / 10;
  const label = `${(seconds * 1000).toFixed(1)} ${escaped(name)}`;
  return `<rect x="${LEFT}" y="${y}" width="${length}" height="${BAR.height}" fill="${colour}"/>${text(LEFT + length + 5, y + BAR.height - 3, label)}`;
}

/**
 * @param {number} x
 * @param {number} y
 * @param {string} content
 */
function text(x, y, content) {
  return `<text x="${x}" y="${y}">${content}</text>`;
}

/** @param {string} content */
function escaped(content) {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
