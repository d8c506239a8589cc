import { isUtf8 } from 'node:buffer';
import type { Structured } from '../model/decoded-value.js';

/** The bytes are no JSON document. `offset` is in bytes from their start. */
export class JsonError extends Error {
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
    this.name = 'JsonError';
  }
}

/** Deeper documents would overflow the stack of what prints them. */
const MAX_DEPTH = 500;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what JSON must escape
const PLAIN_TEXT = /[^"\\\u0000-\u001f]*/y;
const SPACES: ReadonlySet<number> = new Set([0x20, 0x09, 0x0d, 0x0a]);
/** Shared: three bytes make one. */
const EMPTY_OBJECT: Structured = new Map();
const EMPTY_LIST: Structured = [];
const LITERALS: readonly (readonly [string, null | boolean])[] = [
  ['null', null],
  ['true', true],
  ['false', false],
];

/**
 * Reads a JSON document (RFC 8259). Unlike `JSON.parse`, it keeps numbers as they are written, the order of names, and
 * names that mean something to JavaScript.
 * @throws JsonError
 */
export function readJson(bytes: Uint8Array): Structured {
  if (!isUtf8(bytes)) throw new JsonError('it is not UTF-8', 0);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return new JsonReader(text).document();
}

class JsonReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): Structured {
    const value = this.#value(0);
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#error('there is more after the end');
    return value;
  }

  #value(depth: number): Structured {
    if (depth > MAX_DEPTH) throw this.#error(`it is more than ${MAX_DEPTH} levels deep`);
    this.#skipSpace();
    const character = this.#text[this.#at];
    if (character === '{') return this.#object(depth);
    if (character === '[') return this.#list(depth);
    if (character === '"') return this.#string();
    for (const [word, value] of LITERALS) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return value;
    }
    const numberText = this.#match(NUMBER);
    if (numberText === '') throw this.#error('a value is missing');
    return { numberText };
  }

  #object(depth: number): Structured {
    const members = new Map<string, Structured>();
    if (this.#isEmpty('}')) return EMPTY_OBJECT;
    this.#items('}', () => {
      if (this.#text[this.#at] !== '"') throw this.#error('a name is missing');
      const name = this.#string();
      this.#skipSpace();
      if (this.#text[this.#at] !== ':') throw this.#error('a colon is missing');
      this.#at++;
      members.set(name, this.#value(depth + 1));
    });
    return members;
  }

  #list(depth: number): Structured {
    const items: Structured[] = [];
    if (this.#isEmpty(']')) return EMPTY_LIST;
    this.#items(']', () => items.push(this.#value(depth + 1)));
    return items;
  }

  /** Goes past the opening bracket, and past the closing one if it follows. */
  #isEmpty(closing: string): boolean {
    this.#at++;
    this.#skipSpace();
    if (this.#text[this.#at] !== closing) return false;
    this.#at++;
    return true;
  }

  /** Reads up to and including the closing bracket. */
  #items(closing: string, readItem: () => void): void {
    for (;;) {
      this.#skipSpace();
      readItem();
      this.#skipSpace();
      const character = this.#text[this.#at];
      if (character !== ',' && character !== closing) throw this.#error(`a comma or ${closing} is missing`);
      this.#at++;
      if (character === closing) return;
    }
  }

  #string(): string {
    const start = this.#at;
    this.#at++;
    this.#match(PLAIN_TEXT);
    if (this.#text[this.#at] === '"') return this.#text.slice(start + 1, this.#at++);
    for (;;) {
      this.#match(PLAIN_TEXT);
      const character = this.#text[this.#at];
      if (character === '"') break;
      if (character !== '\\') throw this.#error('a text has no end');
      this.#at += 2;
    }
    this.#at++;
    try {
      return JSON.parse(this.#text.slice(start, this.#at)) as string;
    } catch {
      this.#at = start;
      throw this.#error('a text has a malformed escape');
    }
  }

  #skipSpace(): void {
    while (SPACES.has(this.#text.charCodeAt(this.#at))) this.#at++;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [matched = ''] = pattern.exec(this.#text) ?? [];
    this.#at += matched.length;
    return matched;
  }

  #error(message: string): JsonError {
    return new JsonError(message, Buffer.byteLength(this.#text.slice(0, this.#at), 'utf8'));
  }
}
