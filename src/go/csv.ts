/**
 * One record of comma-separated values by the rules of Go's encoding/csv, which pflag uses for lists. A field may be
 * enclosed in double quotes: inside, a doubled quote is one quote, and a comma does not end the field.
 */
import { bytesFromText } from './bytes.js';
import { GoParseError } from './parse-error.js';

/** The fields of the first line that is not empty. Throws a `GoParseError`. */
export function parseCsvRecord(text: string): string[] {
  const lines = text.replace(/\r\n/g, '\n').replace(/\r$/, '');
  const start = lines.search(/[^\n]/);
  if (start < 0) throw new GoParseError('EOF');
  const reader = new RecordReader(lines.slice(start), start + 1);
  const fields = [reader.field()];
  while (reader.comma()) fields.push(reader.field());
  return fields;
}

/** The inverse of `parseCsvRecord`. Fields are quoted only where necessary. */
export function formatCsvRecord(fields: readonly string[]): string {
  return fields
    .map((field) => (/[",\r\n]|^\s|^\\\.$/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(',');
}

class RecordReader {
  #at = 0;
  readonly #text: string;
  readonly #firstLine: number;

  constructor(text: string, firstLine: number) {
    this.#text = text;
    this.#firstLine = firstLine;
  }

  comma(): boolean {
    if (this.#text[this.#at] !== ',') return false;
    this.#at++;
    return true;
  }

  field(): string {
    return this.#text[this.#at] === '"' ? this.#quoted() : this.#plain();
  }

  #plain(): string {
    const start = this.#at;
    while (this.#at < this.#text.length && !',\n'.includes(this.#text.charAt(this.#at))) this.#at++;
    const field = this.#text.slice(start, this.#at);
    const quoteAt = field.indexOf('"');
    if (quoteAt >= 0) throw this.#error('bare " in non-quoted-field', start + quoteAt);
    return field;
  }

  #quoted(): string {
    let field = '';
    this.#at++;
    for (;;) {
      const end = this.#text.indexOf('"', this.#at);
      if (end < 0) throw this.#error('extraneous or missing " in quoted-field', this.#text.length);
      field += this.#text.slice(this.#at, end);
      this.#at = end + 1;
      const next = this.#text[this.#at];
      if (next === undefined || next === ',' || next === '\n') return field;
      if (next !== '"') throw this.#error('extraneous or missing " in quoted-field', end);
      field += '"';
      this.#at++;
    }
  }

  /** Go counts columns in bytes, from 1. An error at the end of the text is on the line of the last newline. */
  #error(why: string, at: number): GoParseError {
    const isEnd = at === this.#text.length;
    const before = this.#text.slice(0, at);
    const linesBefore = (isEnd ? before.replace(/\n$/, '') : before).split('\n');
    const lineStart =
      before.length - (linesBefore.at(-1) ?? '').length - (isEnd && before.endsWith('\n') ? 1 : 0);
    const line = this.#firstLine + linesBefore.length - 1;
    const column = bytesFromText(before.slice(lineStart)).length + 1;
    const record = line > this.#firstLine ? `record on line ${this.#firstLine}; ` : '';
    return new GoParseError(`${record}parse error on line ${line}, column ${column}: ${why}`);
  }
}
