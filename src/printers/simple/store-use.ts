import { formatByteSize } from '../../go/byte-size.js';
import { bytesFromText } from '../../go/bytes.js';
import type { StoreGroups, StoreTotals, StoreUse } from '../../model/store-use.js';
import type { PrinterOptions, ResultPalette, Sink } from '../printer.js';
import { counted } from '../prose.js';
import { storeRows, totalBytes } from '../store-rows.js';

const DEFAULT_COLUMNS = 80;
const MAX_COLUMNS = 120;
const MIN_COLUMNS = 40;
const BAR_COLUMNS = 12;

/** What fills the store: a page for a person on a terminal, else columns of plain numbers, the name last, for awk and sort. */
export async function renderStoreUse(
  use: StoreUse,
  sink: Sink,
  { display }: Pick<PrinterOptions, 'display'>,
): Promise<void> {
  const columns = display?.columns;
  if (columns === undefined) {
    for (const [index, table] of use.tables.entries()) {
      sink.out(bytesFromText(`${index === 0 ? '' : '\n'}${plainLines(table, use).join('\n')}\n`));
    }
    return;
  }
  const width = Math.min(MAX_COLUMNS, Math.max(MIN_COLUMNS, columns || DEFAULT_COLUMNS));
  const page = new StoreUsePage(sink, width, await display?.loadPalette());
  page.summary(use);
  for (const table of use.tables) page.table(table, use);
}

function plainLines(table: StoreGroups, use: StoreUse): string[] {
  const hasHistory = use.file !== undefined;
  const history = hasHistory ? ['OLD_REVISIONS', 'OLD_BYTES'] : [];
  const header = ['BYTES', 'KEYS', 'KEY_BYTES', 'VALUE_BYTES', ...history, table.by.toUpperCase()];
  const rows = storeRows(table, use).map(({ name, totals }) => [...numbersOf(totals, hasHistory), name]);
  return aligned([header, ...rows]);
}

function numbersOf(totals: StoreTotals, hasHistory: boolean): string[] {
  const { keys, keyBytes, valueBytes, oldRevisions = 0, oldBytes = 0 } = totals;
  const history = hasHistory ? [oldRevisions, oldBytes] : [];
  return [totalBytes(totals), keys, keyBytes, valueBytes, ...history].map(String);
}

/** Numbers to the right; the last column is as long as it is. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => longest(rows, (row) => row[column]?.length ?? 0));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  );
}

/** `Math.max` takes a limited number of arguments. */
function longest<Item>(items: readonly Item[], lengthOf: (item: Item) => number): number {
  return items.reduce((length, item) => Math.max(length, lengthOf(item)), 0);
}

class StoreUsePage {
  readonly #sink: Sink;
  readonly #columns: number;
  readonly #palette: ResultPalette | undefined;

  constructor(sink: Sink, columns: number, palette: ResultPalette | undefined) {
    this.#sink = sink;
    this.#columns = columns;
    this.#palette = palette;
  }

  summary({ revision, total, file }: StoreUse): void {
    const { keys, keyBytes, valueBytes, oldRevisions = 0, oldBytes = 0 } = total;
    const sizes = `keys ${formatByteSize(keyBytes)}, values ${formatByteSize(valueBytes)}`;
    this.#sink.out(`Revision ${revision}: ${counted(keys, 'key')}, ${sizes}\n`);
    if (file === undefined) return;
    const older = `${counted(oldRevisions, 'older revision')}, ${formatByteSize(oldBytes)}`;
    const size = `${formatByteSize(file.sizeBytes)}, ${formatByteSize(file.freeBytes)} free`;
    this.#sink.out(bytesFromText(`${older}; file of ${size}\n`));
  }

  table(table: StoreGroups, use: StoreUse): void {
    const hasHistory = use.file !== undefined;
    const shareOf = (totals: StoreTotals) =>
      use.sort === 'keys'
        ? fraction(totals.keys, use.total.keys)
        : fraction(totalBytes(totals), totalBytes(use.total));
    const rows = storeRows(table, use);
    const numbers = rows.map(({ totals }) => cellsOf(totals, hasHistory, shareOf(totals)));
    const header = ['SIZE', 'KEYS', ...(hasHistory ? ['OLD'] : []), 'SHARE', ''];
    const [title = '', ...lines] = aligned([header, ...numbers]);
    const nameColumns = this.#columns - longest(lines, ({ length }) => length) - BAR_COLUMNS - 2;
    this.#sink.out('\n');
    this.#sink.out(`${title}${' '.repeat(BAR_COLUMNS)}  ${table.by.toUpperCase()}`, this.#palette?.heading);
    this.#sink.out('\n');
    for (const [index, { name, totals }] of rows.entries()) {
      this.#line(lines[index] ?? '', shareOf(totals), cut(name, nameColumns));
    }
  }

  #line(numbers: string, share: number, name: string): void {
    this.#sink.out(numbers);
    this.#sink.out(bar(share), this.#palette?.bar);
    this.#sink.out(bytesFromText(`  ${name}\n`));
  }
}

function cellsOf(totals: StoreTotals, hasHistory: boolean, share: number): string[] {
  const old = hasHistory ? [formatByteSize(totals.oldBytes ?? 0)] : [];
  return [
    formatByteSize(totalBytes(totals)),
    String(totals.keys),
    ...old,
    `${(100 * share).toFixed(1)}%`,
    '',
  ];
}

function fraction(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

function bar(share: number): string {
  const eighths = Math.round(share * BAR_COLUMNS * 8);
  return `${'█'.repeat(Math.floor(eighths / 8))}${EIGHTHS[eighths % 8]}`.padEnd(BAR_COLUMNS);
}

/** Leaves out the beginning of a long name: prefixes differ at their ends. */
function cut(name: string, columns: number): string {
  const width = Math.max(columns, 8);
  return name.length <= width ? name : `…${name.slice(name.length - width + 1)}`;
}
