import { GoParseError } from './parse-error.js';
import { unquoteGo } from './quote.js';
import { SPACES } from './runes.js';

const GAP = new RegExp(`[${SPACES}]+|$`, 'y');
const SPACES_IF_ANY = new RegExp(`[${SPACES}]*`, 'y');
const WORD = new RegExp(`[^${SPACES}]+`, 'y');
const LITERAL = /"(?:[^"\\]|\\.)*"|`[^`]*`/sy;

/** Reads one line of text piece by piece, as Go's fmt.Sscanf does; a piece that is not there moves nothing. */
export class TextScanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** `%q`: what the next literal in double quotes or backquotes stands for. */
  literal(): string | undefined {
    this.#take(SPACES_IF_ANY);
    const literal = this.#take(LITERAL);
    if (literal === undefined) return undefined;
    return literal.startsWith('`') ? literal.slice(1, -1) : unquotedIfValid(literal);
  }

  /** `%s`: everything up to the next space. */
  word(): string | undefined {
    this.#take(SPACES_IF_ANY);
    return this.#take(WORD);
  }

  /** A space of the format: at least one here too, unless the text ends. */
  gap(): boolean {
    return this.#take(GAP) !== undefined;
  }

  /** A character of the format: the same one here. */
  character(wanted: string): boolean {
    const isThere = this.#text.startsWith(wanted, this.#at);
    if (isThere) this.#at += wanted.length;
    return isThere;
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
