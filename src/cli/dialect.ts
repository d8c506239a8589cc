/**
 * Normalises the flag syntax of Go's pflag (v1.0.10) to the one form that commander parses unambiguously: `--name=value` for
 * every flag, with the positional arguments separate. The rules of pflag:
 * - flags may stand before, between and after the arguments
 * - `--prefix` alone is `--prefix=true`
 * - a flag that needs a value takes the next argument, even one that begins with a dash
 * - `-w json`, `-wjson` and `-w=json` are the same
 * - everything after `--` is a positional argument
 */
import { UsageError } from '../model/errors.js';
import type { Flag } from './flags.js';
import { closest, didYouMean } from './suggestions.js';

export interface NormalisedArguments {
  /** `--name=value`, in the order given. The names are known; the values are not parsed yet. */
  readonly tokens: readonly string[];
  readonly positionals: readonly string[];
  /** How many positionals stand before `--` (pflag's ArgsLenAtDash); `undefined` when there is no `--`. */
  readonly argsLenAtDash: number | undefined;
  /**
   * The error at which parsing stopped. The tokens before it are complete: an invalid value among them is to be reported in
   * its place.
   */
  readonly problem: UsageError | undefined;
}

export function normaliseArguments(
  args: readonly string[],
  flags: ReadonlyMap<string, Flag<unknown>>,
): NormalisedArguments {
  const parser = new ArgumentParser(args, flags);
  try {
    parser.parse();
    return { ...parser.parsed(), problem: undefined };
  } catch (error) {
    if (error instanceof UsageError) return { ...parser.parsed(), problem: error };
    throw error;
  }
}

class ArgumentParser {
  readonly #rest: string[];
  readonly #flags: ReadonlyMap<string, Flag<unknown>>;
  readonly #tokens: string[] = [];
  readonly #positionals: string[] = [];
  #argsLenAtDash: number | undefined;

  constructor(args: readonly string[], flags: ReadonlyMap<string, Flag<unknown>>) {
    this.#rest = [...args];
    this.#flags = flags;
  }

  /** What was parsed up to here. */
  parsed(): Omit<NormalisedArguments, 'problem'> {
    return { tokens: this.#tokens, positionals: this.#positionals, argsLenAtDash: this.#argsLenAtDash };
  }

  /** Throws a `UsageError` at the first syntax error. */
  parse(): void {
    for (let arg = this.#rest.shift(); arg !== undefined; arg = this.#rest.shift()) {
      if (arg === '--') {
        this.#argsLenAtDash = this.#positionals.length;
        this.#positionals.push(...this.#rest);
        return;
      }
      if (arg.startsWith('--')) this.#parseLong(arg);
      else if (arg.startsWith('-') && arg !== '-') this.#parseShorthands(arg.slice(1));
      else this.#positionals.push(arg);
    }
  }

  #parseLong(arg: string): void {
    const [, name = '', value] = /^--([^=]*)(?:=(.*))?$/s.exec(arg) ?? [];
    if (name === '' || name.startsWith('-')) throw flagError(`bad flag syntax: ${arg}`);
    const flag = this.#flags.get(name);
    if (flag === undefined) throw flagError(`unknown flag: --${name}`, this.#similarTo(name));
    const text = value ?? flag.kind.noOptDefault ?? this.#rest.shift();
    if (text === undefined) throw flagError(`flag needs an argument: --${name}`);
    this.#tokens.push(`--${name}=${text}`);
  }

  /** Shorthands may be joined (`-ih`). The first that needs a value takes the rest of the argument, or the next argument. */
  #parseShorthands(letters: string): void {
    let left = letters;
    while (left !== '') {
      const letter = String.fromCodePoint(left.codePointAt(0) ?? 0);
      const [name, flag] = this.#flagOfShorthand(letter, { left, letters });
      const attached = left.slice(letter.length);
      if (attached.length > 1 && attached.startsWith('=')) {
        this.#tokens.push(`--${name}${attached}`);
        return;
      }
      if (flag.kind.noOptDefault === undefined) {
        const text = attached === '' ? this.#rest.shift() : attached;
        if (text === undefined) throw flagError(`flag needs an argument: ${quoteRune(letter)} in -${left}`);
        this.#tokens.push(`--${name}=${text}`);
        return;
      }
      this.#tokens.push(`--${name}=${flag.kind.noOptDefault}`);
      left = attached;
    }
  }

  #flagOfShorthand(letter: string, word: { left: string; letters: string }): [string, Flag<unknown>] {
    const entry = [...this.#flags].find(([, flag]) => flag.short === letter);
    if (entry !== undefined) return entry;
    const name = word.letters.replace(/=.*$/s, '');
    const reasons = this.#flags.has(name)
      ? didYouMean([`--${name}`])
      : ['write -- before an argument that begins with a dash'];
    throw flagError(`unknown shorthand flag: ${quoteRune(letter)} in -${word.left}`, reasons);
  }

  #similarTo(name: string): string[] {
    const added = new Set([...this.#flags].filter(([, flag]) => flag.isAddition).map(([each]) => each));
    return didYouMean(closest(name, this.#flags.keys(), added).map((each) => `--${each}`));
  }
}

function flagError(message: string, reasons: readonly string[] = []): UsageError {
  return new UsageError(message, 'flag', { reasons });
}

function quoteRune(character: string): string {
  return character === "'" || character === '\\' ? `'\\${character}'` : `'${character}'`;
}
