import type { Structured } from '../model/decoded-value.js';
import type { ByteWriter } from './byte-writer.js';

const INDENT = '  ';
/** Text that JSON writes as it is, of ASCII characters: most names and values. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** Writes data as JSON: on one line, or with an indent for each level, as `jq` and `kubectl` do. */
export function writeStructured(writer: ByteWriter, value: Structured, style: 'line' | 'indented'): void {
  new StructuredWriter(writer, style === 'indented').value(value, '\n');
}

class StructuredWriter {
  readonly #writer: ByteWriter;
  readonly #isIndented: boolean;

  constructor(writer: ByteWriter, isIndented: boolean) {
    this.#writer = writer;
    this.#isIndented = isIndented;
  }

  /** `lineStart`: the line end, and the indent of the lines at the level of this value. */
  value(value: Structured, lineStart: string): void {
    if (typeof value === 'string') this.#text(value);
    else if (typeof value !== 'object' || value === null) this.#writer.ascii(String(value));
    else if (value instanceof Map) this.#object(value, lineStart);
    else if ('numberText' in value) this.#writer.ascii(value.numberText);
    else this.#list(value as readonly Structured[], lineStart);
  }

  #object(members: ReadonlyMap<string, Structured>, lineStart: string): void {
    let separator = '{';
    for (const [name, value] of members) {
      this.#begin(separator, lineStart);
      this.#text(name);
      this.#writer.ascii(this.#isIndented ? ': ' : ':');
      this.value(value, lineStart + INDENT);
      separator = ',';
    }
    this.#end(separator, '{}', lineStart);
  }

  #list(items: readonly Structured[], lineStart: string): void {
    let separator = '[';
    for (const item of items) {
      this.#begin(separator, lineStart);
      this.value(item, lineStart + INDENT);
      separator = ',';
    }
    this.#end(separator, '[]', lineStart);
  }

  #begin(separator: string, lineStart: string): void {
    this.#writer.ascii(separator);
    if (this.#isIndented) this.#writer.ascii(lineStart).ascii(INDENT);
  }

  #end(separator: string, brackets: '{}' | '[]', lineStart: string): void {
    if (separator !== ',') this.#writer.ascii(brackets);
    else {
      if (this.#isIndented) this.#writer.ascii(lineStart);
      this.#writer.ascii(brackets.slice(1));
    }
  }

  #text(text: string): void {
    if (PLAIN.test(text)) this.#writer.ascii('"').ascii(text).ascii('"');
    else this.#writer.text(JSON.stringify(text));
  }
}
