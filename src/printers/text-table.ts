import Table from 'cli-table3';
import { displayWidth } from './display-width.js';

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
  const cells = rows.map((row) => withoutBlankLines(row.map(linesOf)));
  const widths = header.map((title, column) =>
    Math.max(displayWidth(title), ...cells.flatMap((row) => (row[column] ?? []).map(displayWidth))),
  );
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

function linesOf(cell: string): string[] {
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
