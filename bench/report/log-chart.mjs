// A line chart with two logarithmic axes, as SVG. Written without a library, because it needs only four kinds of elements.

/** @typedef {{ title: string, points: { x: number, y: number }[], colour: string, dash: string }} Line */
/** @typedef {{ xTitle: string, yTitle: string, xTicks: number[] }} Axes */

const PLOT = { left: 70, top: 20, width: 380, height: 300 };
const LEGEND_LEFT = 480;
const LINE_HEIGHT = 20;

export class LogChart {
  height = PLOT.top + PLOT.height + 60;
  /** @type {Line[]} */
  #lines = [];

  /** @param {Axes} axes */
  constructor(axes) {
    this.axes = axes;
  }

  /** @param {Line} line */
  line(line) {
    if (line.points.length > 0) this.#lines.push(line);
  }

  /** @returns {string} SVG elements */
  draw() {
    const ys = this.#lines.flatMap(({ points }) => points.map(({ y }) => y));
    const xs = this.#lines.flatMap(({ points }) => points.map(({ x }) => x));
    const x = logScale([Math.min(...xs), Math.max(...xs)], [PLOT.left, PLOT.left + PLOT.width]);
    const yRange = /** @type {[number, number]} */ ([Math.min(...ys) / 1.3, Math.max(...ys) * 1.3]);
    const y = logScale(yRange, [PLOT.top + PLOT.height, PLOT.top]);
    const yTicks = [0.001, 0.01, 0.1, 1, 10, 100].filter((tick) => tick >= yRange[0] && tick <= yRange[1]);
    return [
      `<rect x="${PLOT.left}" y="${PLOT.top}" width="${PLOT.width}" height="${PLOT.height}" fill="none" stroke="#999"/>`,
      ...this.axes.xTicks.map((tick) => xTick(x(tick), short(tick))),
      ...yTicks.map((tick) => yTick(y(tick), String(tick))),
      text(PLOT.left + PLOT.width / 2, this.height - 15, this.axes.xTitle, 'middle'),
      text(PLOT.left - 45, PLOT.top - 6, this.axes.yTitle, 'start'),
      ...this.#lines.flatMap((line, index) => [curve(line, x, y), legend(line, index)]),
    ].join('\n');
  }
}

/**
 * @param {[number, number]} from
 * @param {[number, number]} to
 * @returns {(value: number) => number}
 */
function logScale([low, high], [start, end]) {
  const width = Math.log(high / low) || 1;
  return (value) => Math.round((start + (Math.log(value / low) / width) * (end - start)) * 10) / 10;
}

/**
 * @param {Line} line
 * @param {(value: number) => number} x
 * @param {(value: number) => number} y
 */
function curve({ points, colour, dash }, x, y) {
  const places = points.map((point) => `${x(point.x)},${y(point.y)}`);
  const dots = places.map((place) => {
    const [cx, cy] = place.split(',');
    return `<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`;
  });
  return `<polyline points="${places.join(' ')}" fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/>${dots.join('')}`;
}

/**
 * @param {Line} line
 * @param {number} index
 */
function legend({ title, colour, dash }, index) {
  const y = PLOT.top + 10 + index * LINE_HEIGHT;
  const stroke = `<line x1="${LEGEND_LEFT}" x2="${LEGEND_LEFT + 24}" y1="${y}" y2="${y}" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/>`;
  return stroke + text(LEGEND_LEFT + 30, y + 4, title, 'start');
}

/**
 * @param {number} x
 * @param {string} label
 */
function xTick(x, label) {
  const bottom = PLOT.top + PLOT.height;
  const line = `<line x1="${x}" x2="${x}" y1="${PLOT.top}" y2="${bottom}" stroke="#ddd"/>`;
  return line + text(x, bottom + 16, label, 'middle');
}

/**
 * @param {number} y
 * @param {string} label
 */
function yTick(y, label) {
  const right = PLOT.left + PLOT.width;
  const line = `<line x1="${PLOT.left}" x2="${right}" y1="${y}" y2="${y}" stroke="#ddd"/>`;
  return line + text(PLOT.left - 8, y + 4, label, 'end');
}

/**
 * @param {number} x
 * @param {number} y
 * @param {string} content
 * @param {'start' | 'middle' | 'end'} anchor
 */
function text(x, y, content, anchor) {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}">${content}</text>`;
}

/** @param {number} number */
function short(number) {
  if (number >= 1e9) return `${number / 1e9} G`;
  if (number >= 1e6) return `${number / 1e6} M`;
  return number >= 1e3 ? `${number / 1e3} k` : String(number);
}
