// Draws a terminal's screen as SVG: text in a monospaced font of the reader's system on a dark window, which is readable on light and
// dark pages.

/** @typedef {import('./screen.mjs').Run} Run */

const FONT_SIZE = 13;
/** The width of a column and the height of a line. Each run is stretched to its columns, because fonts differ in width. */
const CELL = { width: 7.8, height: 16.5 };
const PADDING = 16;
const BACKGROUND = '#161b22';
const FOREGROUND = '#e6edf3';
const FONTS = "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace";

/** The sixteen colours of a terminal. */
const COLORS = [
  ['#484f58', '#ff7b72', '#3fb950', '#d29922', '#58a6ff', '#bc8cff', '#39c5cf', '#b1bac4'],
  ['#6e7681', '#ffa198', '#56d364', '#e3b341', '#79c0ff', '#d2a8ff', '#56d4dd', '#ffffff'],
].flat();

/**
 * @param {Run[][]} lines
 * @param {string} title for screen readers
 * @returns {string}
 */
export function drawScreen(lines, title) {
  const columns = Math.max(...lines.flat().map(({ column, text }) => column + [...text].length));
  const width = Math.ceil(columns * CELL.width + 2 * PADDING);
  const height = Math.ceil(lines.length * CELL.height + 2 * PADDING);
  const texts = lines.flatMap((runs, line) =>
    runs.filter(({ text }) => text.trim() !== '').map((run) => drawRun(run, line)),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${escapeXml(title)}</title>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="${BACKGROUND}" stroke="#30363d"/>
<g font-family="${FONTS}" font-size="${FONT_SIZE}" fill="${FOREGROUND}" xml:space="preserve">
${texts.join('\n')}
</g>
</svg>
`;
}

/**
 * @param {Run} run
 * @param {number} line counts from 0
 */
function drawRun({ text, column, style }, line) {
  const lead = text.length - text.trimStart().length;
  const shown = text.trim();
  const attributes = [
    `x="${round(PADDING + (column + lead) * CELL.width)}"`,
    `y="${round(PADDING + line * CELL.height + FONT_SIZE)}"`,
    `textLength="${round([...shown].length * CELL.width)}"`,
    ...(style.color === undefined ? [] : [`fill="${COLORS[style.color]}"`]),
    ...(style.bold ? ['font-weight="bold"'] : []),
    ...(style.dim ? ['opacity="0.6"'] : []),
  ];
  return `<text ${attributes.join(' ')}>${escapeXml(shown)}</text>`;
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 10) / 10;
}

/** @param {string} text */
function escapeXml(text) {
  return text.replace(/[&<>]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character] ?? '');
}
