import { GoParseError } from './parse-error.js';
import { unquoteGo } from './quote.js';
import { SPACES } from './runes.js';

const SPACES_OR_END = new RegExp(`[${SPACES}]+|$`, 'y');
const OPTIONAL_SPACES = new RegExp(`[${SPACES}]*`, 'y');
const WORD = new RegExp(`[^${SPACES}]+`, 'y');
const LITERAL = /"(?:[^"\\]|\\.)*"|`[^`]*`/sy;

/** Scans one line of text as Go's fmt.Sscanf does, one method for each verb. A method that finds no match does not advance. */
export class TextScanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** `%q`: the value of a literal in double quotes or backquotes, after optional spaces. */
  literal(): string | undefined {
    this.#take(OPTIONAL_SPACES);
    const literal = this.#take(LITERAL);
    if (literal === undefined) return undefined;
    return literal.startsWith('`') ? literal.slice(1, -1) : unquotedIfValid(literal);
  }

  /** `%s`: the text up to the next space, after optional spaces. */
  word(): string | undefined {
    this.#take(OPTIONAL_SPACES);
    return this.#take(WORD);
  }

  /** A space of the format: matches one or more spaces, or the end of the text. */
  space(): boolean {
    return this.#take(SPACES_OR_END) !== undefined;
  }

  /** Any other character of the format: matches the same character. */
  character(expected: string): boolean {
    const isMatch = this.#text.startsWith(expected, this.#at);
    if (isMatch) this.#at += expected.length;
    return isMatch;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }
}

function unquotedIfValid(literal: string): string | undefined {
  try {
    return unquoteGo(literal);
  } catch (error) {
    if (error instanceof GoParseError) return undefined;
    throw error;
  }
}
