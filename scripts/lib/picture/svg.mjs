// Draws a terminal's screen as SVG: text in a monospaced font of the reader's system on a window.
import { colorsOf } from './themes.mjs';

/** @typedef {import('./screen.mjs').Run} Run */
/** @typedef {import('./themes.mjs').Theme} Theme */

const FONT_SIZE = 13;
/** The width of a column and the height of a line. Each run is stretched to its columns, because fonts differ in width. */
const CELL = { width: 7.8, height: 16.5 };
const PADDING = 16;
/** From the top of a line's background to the line on which its letters stand. */
const BASELINE = 12.5;
const FONTS = "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace";

/**
 * @param {Run[][]} lines
 * @param {string} title for screen readers
 * @param {Theme} theme
 * @returns {string}
 */
export function drawScreen(lines, title, theme) {
  const columns = Math.max(...lines.flat().map(({ column, text }) => column + [...text].length));
  const width = Math.ceil(columns * CELL.width + 2 * PADDING);
  const height = Math.ceil(lines.length * CELL.height + 2 * PADDING);
  const texts = lines.flatMap((runs, line) =>
    runs.filter(({ text }) => text.trim() !== '').map((run) => drawRun(run, line, theme)),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${escapeXml(title)}</title>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="${theme.background}" stroke="${theme.border}"/>
<g font-family="${FONTS}" font-size="${FONT_SIZE}" fill="${theme.foreground}" xml:space="preserve">
${texts.join('\n')}
</g>
</svg>
`;
}

/**
 * @param {Run} run
 * @param {number} line counts from 0
 * @param {Theme} theme
 */
function drawRun({ text, column, style }, line, theme) {
  const lead = text.length - text.trimStart().length;
  const shown = text.trim();
  const x = round(PADDING + (column + lead) * CELL.width);
  const y = round(PADDING + line * CELL.height + FONT_SIZE);
  const width = round([...shown].length * CELL.width);
  const colors = colorsOf(style, theme);
  const attributes = [
    `x="${x}"`,
    `y="${y}"`,
    `textLength="${width}"`,
    ...(colors.text === theme.foreground ? [] : [`fill="${colors.text}"`]),
    ...(style.bold ? ['font-weight="bold"'] : []),
    ...(style.dim ? ['opacity="0.7"'] : []),
  ];
  const behind =
    colors.background === theme.background
      ? ''
      : `<rect x="${x}" y="${round(y - BASELINE)}" width="${width}" height="${CELL.height}" fill="${colors.background}"/>`;
  return `${behind}<text ${attributes.join(' ')}>${escapeXml(shown)}</text>`;
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 10) / 10;
}

/** @param {string} text */
function escapeXml(text) {
  return text.replace(/[&<>]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character] ?? '');
}
