import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
} from 'yaml';
import { bytesFromText, textFromBytes } from '../go/bytes.js';
import { joinPath } from '../go/file-path.js';
import { GoParseError } from '../go/parse-error.js';
import { quoteGo } from '../go/quote.js';
import { UsageError } from '../model/errors.js';
import type { Flag, FlagTable } from './flags.js';
import { GLOBAL_FLAGS, type GlobalFlagValues } from './global-flags.js';
import { closest, didYouMean } from './suggestions.js';

export interface ProfileLocation {
  readonly file: string;
  /** Relative paths in the profile are relative to it. */
  readonly directory: string;
  /** Stands for `~`; empty: unknown. */
  readonly home: string;
}

/** The values of a profile, a YAML mapping of global flags. @throws UsageError naming file and line */
export function parseProfile(bytes: Uint8Array, location: ProfileLocation): Partial<GlobalFlagValues> {
  const lines = new LineCounter();
  const document = parseDocument(textFromBytes(bytes), { lineCounter: lines, logLevel: 'error' });
  const [problem] = document.errors;
  if (problem !== undefined) {
    throw invalid(
      location,
      lines.linePos(problem.pos[0]).line,
      `not valid YAML: ${withoutExcerpt(problem.message)}`,
    );
  }
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) return {};
  if (!isMap<Node, Node | null>(contents)) {
    throw invalid(location, lineOf(contents, lines), 'a profile must consist of lines `flag: value`');
  }
  const reader = new ValueReader({ document, lines, location });
  const values: Record<string, unknown> = {};
  for (const { key, value } of contents.items) Object.assign(values, reader.read(key, value));
  return splitUser(values as Partial<GlobalFlagValues>);
}

/** Only the first line of the library's message, without text of the file, which can be secret. */
function withoutExcerpt(message: string): string {
  const [line = ''] = message.split('\n');
  return line.replace(/ at line \d+, column \d+:?$/, '').replace(/:? *".*"/s, '');
}

function lineOf(node: Node | null, lines: LineCounter): number {
  return lines.linePos(node?.range?.[0] ?? 0).line;
}

function invalid(
  { file }: ProfileLocation,
  line: number,
  problem: string,
  reasons: string[] = [],
): UsageError {
  return new UsageError(`${file}, line ${line}: ${problem}`, 'flag', { reasons });
}

interface ProfileDocument {
  readonly document: Document;
  readonly lines: LineCounter;
  readonly location: ProfileLocation;
}

/** Reads the values of a profile by the types of the flags. */
class ValueReader {
  readonly #profile: ProfileDocument;

  constructor(profile: ProfileDocument) {
    this.#profile = profile;
  }

  read(key: Node, value: Node | null): Record<string, unknown> {
    const name = isScalar(key) ? String(key.value) : '';
    if (name === 'profile') throw this.#invalid(key, 'a profile cannot use another profile');
    const flag = Object.hasOwn(GLOBAL_FLAGS, name) ? (GLOBAL_FLAGS as FlagTable)[name] : undefined;
    if (flag === undefined) throw this.#unknownKey(key, name);
    return { [name]: this.#value(name, flag, { key, value }) };
  }

  #value(name: string, flag: Flag<unknown>, { key, value }: Entry): unknown {
    // `? name` is a key without a value.
    if (value === null) throw this.#invalid(key, `${name} has no value`);
    const node = this.#resolved(value);
    if (flag.kind.name === 'list' && isSeq<Node>(node)) {
      return node.items.map((item) => this.#text(`an item of ${name}`, this.#resolved(item)));
    }
    const text = this.#text(name, node);
    return flag.holds === 'path' ? this.#path(text) : this.#parsed(name, flag, { node, text });
  }

  /** The text of a scalar as it is written: the YAML number 0123 is a password too. */
  #text(name: string, node: Node | undefined): string {
    if (isScalar(node) && node.value !== null) return textOf(node);
    const isList = name in GLOBAL_FLAGS && (GLOBAL_FLAGS as FlagTable)[name]?.kind.name === 'list';
    const expected = isList ? 'a list of texts' : 'a single value';
    throw this.#invalid(node ?? null, `${name} must have ${expected}`);
  }

  #parsed(name: string, { kind, choices, holds }: Flag<unknown>, { node, text }: WrittenValue): unknown {
    const shown = holds === 'secret' || holds === 'login' ? '' : ` ${quoteGo(bytesFromText(text))}`;
    if (choices !== undefined && !choices.includes(text)) {
      throw this.#invalid(node, `invalid value${shown} for ${name}: it must be one of ${choices.join(', ')}`);
    }
    try {
      return kind.parse(text, undefined);
    } catch (error) {
      if (!(error instanceof GoParseError)) throw error;
      const reasons = kind.advice === undefined ? [] : [kind.advice];
      throw this.#invalid(node, `invalid value${shown} for ${name}: ${error.message}`, reasons);
    }
  }

  #path(text: string): string {
    const { directory, home } = this.#profile.location;
    if (text === '' || text === '-' || text.startsWith('/')) return text;
    if (text.startsWith('~/') && home !== '') return joinPath(home, text.slice(2));
    return joinPath(directory, text);
  }

  #resolved(node: Node): Node | undefined {
    return isAlias(node) ? node.resolve(this.#profile.document) : node;
  }

  #unknownKey(key: Node, name: string): UsageError {
    const [hint] = didYouMean(closest(name, Object.keys(GLOBAL_FLAGS)));
    return this.#invalid(key, `there is no global flag ${name}: ${hint ?? 'see etcdctl options'}`);
  }

  #invalid(node: Node | null | undefined, problem: string, reasons?: string[]): UsageError {
    const { lines, location } = this.#profile;
    return invalid(location, lineOf(node ?? null, lines), problem, reasons);
  }
}

interface Entry {
  readonly key: Node;
  readonly value: Node | null;
}

interface WrittenValue {
  readonly node: Node | undefined;
  readonly text: string;
}

function textOf({ value, source }: Scalar): string {
  return typeof value === 'string' ? value : (source ?? String(value));
}

/** The user's name and password apart, so that a flag can replace the password alone. */
function splitUser(values: Partial<GlobalFlagValues>): Partial<GlobalFlagValues> {
  const { user = '', password = '' } = values;
  const colonAt = user.indexOf(':');
  if (colonAt < 0 || password !== '' || values['password-file']) return values;
  return { ...values, user: user.slice(0, colonAt), password: user.slice(colonAt + 1) };
}
