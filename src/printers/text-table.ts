import Table from 'cli-table3';
import { parseRuneSet, runeSetHas } from '../go/runes.js';

const TAB = ' '.repeat(8);
/** What Go's strings.TrimSpace removes; JavaScript's trim knows U+FEFF and not U+0085. */
const OUTER_SPACE = /^[\t-\r \u0085\p{Z}]+|[\t-\r \u0085\p{Z}]+$/gu;
const PLAIN_LINE = /^[ -~]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: a placeholder begins with one
const PLACEHOLDER = /\u001b\[1000;(\d+)m\.*/g;

/** Box lines that are left out: the header and the rows are two tables, drawn as one. */
const NO_RULES = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' };
const NO_TOP = { top: '', 'top-left': '', 'top-mid': '', 'top-right': '' };
const BOTTOM_AS_RULE = { 'bottom-left': '├', 'bottom-mid': '┼', 'bottom-right': '┤' };

/**
 * A box table as etcdctl 3.7 draws it: header centred, cells to the right, a rule under the header only, or
 * none when there are no rows. Cells may have several lines. `header` is printed as it is. Ends with a
 * newline.
 */
export function drawTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = cellsOf(rows);
  const widths = columnWidths(header, cells);
  const style = { head: [], border: [] };
  const colWidths = widths.map((width) => width + 2);
  const head = new Table({
    style,
    colWidths,
    colAligns: header.map(() => 'center' as const),
    chars: rows.length > 0 ? { ...NO_RULES, ...BOTTOM_AS_RULE } : NO_RULES,
  });
  head.push([...header]);
  if (rows.length === 0) return `${head.toString()}\n`;

  const body = new Table({
    style,
    colWidths,
    colAligns: header.map(() => 'right' as const),
    chars: { ...NO_RULES, ...NO_TOP },
  });
  const placeholders = new Placeholders();
  for (const row of cells)
    body.push(row.map((lines) => lines.map((line) => placeholders.add(line)).join('\n')));
  return `${head.toString()}\n${placeholders.restore(body.toString())}\n`;
}

/** Terminal cells that a line of the table takes. */
export function tableWidth(header: readonly string[], rows: readonly (readonly string[])[]): number {
  // Each column has a space on both sides, and a border behind it.
  return columnWidths(header, cellsOf(rows)).reduce((sum, width) => sum + width + 3, 1);
}

function cellsOf(rows: readonly (readonly string[])[]): string[][][] {
  return rows.map((row) => withoutBlankLines(row.map(linesOf)));
}

function columnWidths(header: readonly string[], cells: readonly string[][][]): number[] {
  return header.map((title, column) =>
    Math.max(displayWidth(title), ...cells.flatMap((row) => (row[column] ?? []).map(displayWidth))),
  );
}

/** The lines of a cell, without space around it, and with spaces for tabs. */
export function linesOf(cell: string): string[] {
  return cell.replace(OUTER_SPACE, '').replaceAll('\t', TAB).split('\n');
}

/** Drops each line after the first that is blank in every cell of the row. */
function withoutBlankLines(row: readonly string[][]): string[][] {
  const hasText = (index: number) => row.some((lines) => /[^\t-\r \u0085\p{Z}]/u.test(lines[index] ?? ''));
  return row.map((lines) => lines.filter((_, index) => index === 0 || hasText(index)));
}

/**
 * cli-table3 takes some characters for wider or narrower than etcdctl does. So each line that is not plain ASCII is
 * replaced by a control sequence with its number, which takes no cell, and dots of the line's width; `restore` puts the
 * lines back.
 */
class Placeholders {
  readonly #lines: string[] = [];

  add(line: string): string {
    if (PLAIN_LINE.test(line)) return line;
    this.#lines.push(line);
    return `\u001b[1000;${this.#lines.length - 1}m${'.'.repeat(displayWidth(line))}`;
  }

  restore(drawing: string): string {
    return drawing.replace(PLACEHOLDER, (_, index: string) => this.#lines[Number(index)] ?? '');
  }
}

/** Terminal control sequences (CSI, and OSC up to its terminator), which take no cell. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
const CONTROL_SEQUENCES = /\x1b\[[0-?]*[ -/]*[@-~]|\x1b\].*?(?:\x1b\\|\x07)/g;

/** Terminal cells that a line takes, counted code point by code point as the tables of etcdctl 3.7 do. */
export function displayWidth(line: string): number {
  let width = 0;
  for (const character of line.replace(CONTROL_SEQUENCES, '')) {
    const codePoint = character.codePointAt(0) ?? 0;
    if (runeSetHas(WIDE_RUNES, codePoint)) width += 2;
    else if (!runeSetHas(ZERO_WIDTH_RUNES, codePoint)) width += 1;
  }
  return width;
}

/**
 * How many terminal cells a code point takes, by the tables of the library that measures etcdctl's tables
 * (github.com/clipperhouse/displaywidth v0.11.0, with ambiguous characters narrow). Code points count one
 * by one: a joined emoji is as wide as its parts together.
 */
const ZERO_WIDTH_RUNES = parseRuneSet(
  '0 w 2n x d 1 gi 34 7n 7 7b 19 1 1 1 2 1 2 1 1 1k 6 a b 1 1 1a l g 1 2t 8 1 6 2 2 1 4 x 1 1 1 u r 2j b ' +
    '1m 9 9 1 o 4 1 9 1 3 1 5 17 3 1g 2 6 8 16 1l 1j 1 1 1 4 8 4 1 3 7 a 2 t 1 1m 1 4 4 8 1 k 2 q 1 2 2 1l ' +
    '1 4 2 4 2 2 3 3 1 u 2 3 1 b 2 1l 1 4 5 1 2 4 1 k 2 m 6 1 1 1m 1 2 1 1 4 8 1 7 2 b 2 u 1 1p 1 c 1 1e 1 ' +
    '3 1 1j 1 1 3 5 3 1 4 7 2 b 2 t 1 1m 1 2 1 6 1 5 2 k 2 s 2 1l 2 4 4 8 1 k 2 t 1 20 1 7 3 1 1 2i 1 2 7 ' +
    'c 8 2q 1 2 9 b 7 21 2 r 1 1 1 1 1 1j e 1 5 1 2 5 b 1 10 9 1 2u 4 1 6 1 2 2 2 p 2 4 3 g 4 d 1 2 2 6 1 ' +
    'f 1 jj 3 qa 3 t 2 u 2 u 2 1s 2 1 7 8 1 2 b 9 1 19 5 39 2 y 1 3a 3 4 2 9 1 6 3 63 2 2 1 1m 1 1 7 1 1 1 ' +
    '1 2 8 6 a 2 1 1c v 1d 4 1c 1 1 5 1 1 5 1 14 9 c 2 w 4 2 2 1 3 1k 1 1 2 3 1 1 3 1m 8 2 2 48 3 1 d 1 7 ' +
    '4 1 6 1 3 2 5i 1s ej 5 o 7 1d 5 1 a 2o x 2da 3 3x 1 2o w fe 4 2z 2 n9w 4 1 a w 2 28 2 7k 1 3 1 4 1 p ' +
    '2 5 1 47 2 q i d 1 12 8 p b 1a 3 1c 1 2 4 2 2 13 1 1v 6 2 2 2 2 c 1 8 1 1b 1 1f 1 1 3 2 2 5 2 1 1 16 ' +
    '2 8 1 6m 1 2 1 4 1 8pe 1kw 5cu 1 kh g g g 5r 1 6x 3 2 2 e5 1 6a 1 45 5 1ae 3 1 2 5 4 14 3 4 1 4l 2 fx ' +
    '4 ar 2 28 3 1y b 1d 4 3f 1 1i f 15 1 2 2 a 3 1d 4 2 2 2 1 4 1 a 1 1e 3 10 5 1 8 1q 1 c 2 1g 9 a 4 2 1 ' +
    '2n 3 2 1 1 2 6 1 2 1 4d 1 3 8 l 2 1l 2 3 1 11 7 3 5 5f 8 2 3 1 1 n 1 2c 6 1 1 4 2 1 2 6m 4 6 2 1 2 r ' +
    '2 2d 8 2 1 1 2 2y 1 1 1 2 6 1 1 2t 3 2 4 1 5 77 9 1 2 74 2 1 1 4 1 40 4 2 2 4 1 w a 14 6 2 4 8 1 9 6 ' +
    '2 3 1a d 1 2 ba 7 1 6 1 1 2a m 2 7 1 2 1 2 3e 6 3 1 1 2 1 7 1 1 20 2 3 1 1 1 9n 2 b 2 1g 5 5 1 1 1 ' +
    '44t h 6 f asa 5 1n 7 t4 1 1r 4 29 1 f5k 2 1 4 3mk 1a 2 n f4 3 9 g 2 7 u 4 44 3 1iz 1j 4 1e 8 1 e 1 m ' +
    '5 1 f 11s 7 1 h 2 7 1 2 1 5 2s 1 4g 7 af 1 1p 4 e4 4 rk 7 31 7 gzau 1 u 2o 3k 6o',
);

/** Two cells: East Asian wide and full-width characters, and emoji. */
const WIDE_RUNES = parseRuneSet(
  '3cw 2o 3i2 2 d 2 5a 4 3 1 2 1 eh 2 l 2 q 8 g c 17 1 a 6 3 1 d 1 8 2 h 2 5 2 8 1 5 1 l 1 7 2 1 1 4 1 2 ' +
    '1 7 1 4 2 s 1 z 1 1 1 4 3 1 1 1p 3 o 1 e 1 nv 2 1f 1 4 1 mi q 1 2h c 5y q 1m 4 h 2 2e 4 2t 5 17 1 2m ' +
    '1 2e 9 1c 1 14 8 mkd 3 1j wp t hv 8mc 6l8 e8 ls a m z 1 j 1 4 45 2o 3j 7 m49 4 c 7 9 5p2 15 w 2p 37 ' +
    '6pp 4 1 7 1 2 1 83 f 1 t 3 2 1 e 4 8 b0 6bo 2f 9 n 5n1 1 5m 1 5a 1 2 a 23 t d 18 4 9 7 2 e 6 4a x c 9 ' +
    '1 1y 1 m c 17 4 5 c h 3 1 3 1z 1 1 1 57 2 1r d 4 1 o i 1 q 2 d 1 2e 2d 1c 1y 6 1 3 3 2 4 3 4 b 2 7 9 ' +
    '6b c 4 1 7v 1b 1 a 1 55 34 d 3 b 3 1l 1 1 4 g 2 c 4 a zr 1eke 2 1eke',
);
