// A small terminal emulator: lines and styles on the screen after a program's output. Knows only the control sequences that the
// programs here write.

/**
 * `color` and `background`: 0 to 15, as SGR 30 to 37 and 90 to 97 count
 *
 * @typedef {{ color?: number, background?: number, bold?: boolean, dim?: boolean, inverse?: boolean }} Style
 */
/** @typedef {{ text: string, column: number, style: Style }} Run of characters of one style; `column` counts from 0 */

const ESCAPE = '\x1b';
/** Carriage return, newline, a control sequence (ECMA-48), or a character. */
const TOKEN = new RegExp(`\\r|\\n|${ESCAPE}\\[([0-9;?]*)([A-Za-z])|[^]`, 'gu');

/**
 * @param {string} output of a pseudo-terminal, with CR LF line ends; each character is one column wide
 * @param {number} columns where lines are wrapped
 * @returns {Run[][]} the lines; an empty line has no runs
 * @throws {Error} on a control sequence that is neither a colour nor erases a line
 */
export function showOutput(output, columns) {
  /** @type {{ character: string, style: Style }[][]} */
  const lines = [[]];
  let column = 0;
  /** @type {Style} */
  let style = {};
  for (const [token, parameters, final] of output.matchAll(TOKEN)) {
    if (column === columns && token >= ' ') {
      lines.push([]);
      column = 0;
    }
    const line = /** @type {{ character: string, style: Style }[]} */ (lines.at(-1));
    if (token === '\r') column = 0;
    else if (token === '\n') lines.push([]);
    else if (final === 'm') style = withAttributes(style, parameters ?? '');
    else if (final === 'K') line.splice(parameters === '2' ? 0 : column);
    else if (token < ' ') throw new Error(`unexpected ${JSON.stringify(token)} on a terminal`);
    else {
      while (line.length < column) line.push({ character: ' ', style: {} });
      line[column++] = { character: token, style };
    }
  }
  return lines.map(toRuns);
}

/**
 * @param {Style} style
 * @param {string} parameters of SGR, such as `1;31`
 * @returns {Style}
 */
function withAttributes(style, parameters) {
  for (const code of parameters.split(';').map(Number)) {
    if (code === 0) style = {};
    else if (code === 1) style = { ...style, bold: true };
    else if (code === 2) style = { ...style, dim: true };
    else if (code === 7) style = { ...style, inverse: true };
    else if (code === 22) style = without(style, 'bold', 'dim');
    else if (code === 27) style = without(style, 'inverse');
    else if (code === 39) style = without(style, 'color');
    else if (code === 49) style = without(style, 'background');
    else if (code >= 40 && code <= 47) style = { ...style, background: code - 40 };
    else if (code >= 30 && code <= 37) style = { ...style, color: code - 30 };
    else if (code >= 90 && code <= 97) style = { ...style, color: code - 90 + 8 };
    else throw new Error(`unexpected attribute ${code} on a terminal`);
  }
  return style;
}

/**
 * @param {Style} style
 * @param {(keyof Style)[]} names
 * @returns {Style}
 */
function without(style, ...names) {
  return Object.fromEntries(
    Object.entries(style).filter(([name]) => !names.includes(/** @type {keyof Style} */ (name))),
  );
}

/**
 * @param {{ character: string, style: Style }[]} line
 * @returns {Run[]}
 */
function toRuns(line) {
  /** @type {Run[]} */
  const runs = [];
  for (const [column, { character, style }] of line.entries()) {
    const last = runs.at(-1);
    if (last !== undefined && JSON.stringify(last.style) === JSON.stringify(style)) last.text += character;
    else runs.push({ text: character, column, style });
  }
  return runs;
}
