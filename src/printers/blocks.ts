import { displayWidth, linesOf } from './text-table.js';

/** Where the column of values would be narrower, values follow their labels directly. */
const MIN_VALUE_WIDTH = 20;

/** Of the further lines of a value that follows its label. */
const HANGING_INDENT = 2;

/**
 * The rows of a table one after the other, with an empty line between them, for terminals that are narrower than the table. Each cell
 * that is not empty is on a line of its own, behind its title. A value that is too long is wrapped.
 * @param columns of the terminal
 */
export function drawBlocks(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
): string {
  const labels = header.map((title) => `${title}: `);
  const labelWidth = Math.max(...labels.map(displayWidth));
  // The last column stays free: some terminals begin a new line there.
  const width = columns - 1;
  const draw = width - labelWidth < MIN_VALUE_WIDTH ? hanging : aligned;
  const blocks = rows.map((row) =>
    labels.flatMap((label, column) => {
      const value = linesOf(row[column] ?? '').join('\n');
      return value === '' ? [] : draw({ label, labelWidth, value, width });
    }),
  );
  return blocks.map((block) => block.map((line) => `${line.trimEnd()}\n`).join('')).join('\n');
}

interface Cell {
  readonly label: string;
  readonly labelWidth: number;
  readonly value: string;
  readonly width: number;
}

function aligned({ label, labelWidth, value, width }: Cell): string[] {
  return wrap(value, width - labelWidth).map(
    (line, index) => (index === 0 ? label : '').padEnd(labelWidth) + line,
  );
}

function hanging({ label, value, width }: Cell): string[] {
  return wrap(label + value, width - HANGING_INDENT).map((line, index) =>
    index === 0 ? line : ' '.repeat(HANGING_INDENT) + line,
  );
}

/** Breaks at line ends, after spaces and commas and, within a word that is longer than the line, anywhere. */
function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => wrapLine(line, width));
}

function wrapLine(text: string, width: number): string[] {
  const isTooLong = (line: string) => displayWidth(line.trimEnd()) > width;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<=[ ,])/)) {
    if (line !== '' && isTooLong(line + word)) {
      lines.push(line);
      line = '';
    }
    for (const character of word) {
      if (line !== '' && isTooLong(line + character)) {
        lines.push(line);
        line = '';
      }
      line += character;
    }
  }
  return [...lines, line];
}
