/**
 * The flag notation of Go's pflag (v1.0.10), brought into the one form that commander reads without a doubt:
 * `--name=value` for every flag, positional arguments apart. Flags may stand before, between and after the
 * arguments, `--prefix` alone is `--prefix=true`, a flag with a value takes the next argument whatever that
 * begins with, `-w json`, `-wjson` and `-w=json` are the same, and after `--` everything is an argument.
 */
import { UsageError } from '../model/errors.js';
import type { Flag } from './flags.js';
import { closest, didYouMean } from './suggestions.js';

export interface NormalisedArguments {
  /** `--name=value`, in the order given; names are known, values unread. */
  readonly tokens: readonly string[];
  readonly positionals: readonly string[];
  /** How many positionals stand before `--`; `undefined`: there is none. */
  readonly dashAt: number | undefined;
  /** What stopped the reading. The tokens before it are complete: a bad value among them comes first. */
  readonly problem: UsageError | undefined;
}

export function normaliseArguments(
  args: readonly string[],
  flags: ReadonlyMap<string, Flag<unknown>>,
): NormalisedArguments {
  const reader = new ArgumentReader(args, flags);
  try {
    reader.readAll();
    return { ...reader.soFar(), problem: undefined };
  } catch (error) {
    if (error instanceof UsageError) return { ...reader.soFar(), problem: error };
    throw error;
  }
}

class ArgumentReader {
  readonly #rest: string[];
  readonly #flags: ReadonlyMap<string, Flag<unknown>>;
  readonly #tokens: string[] = [];
  readonly #positionals: string[] = [];
  #dashAt: number | undefined;

  constructor(args: readonly string[], flags: ReadonlyMap<string, Flag<unknown>>) {
    this.#rest = [...args];
    this.#flags = flags;
  }

  soFar(): Omit<NormalisedArguments, 'problem'> {
    return { tokens: this.#tokens, positionals: this.#positionals, dashAt: this.#dashAt };
  }

  readAll(): void {
    for (let arg = this.#rest.shift(); arg !== undefined; arg = this.#rest.shift()) {
      if (arg === '--') {
        this.#dashAt = this.#positionals.length;
        this.#positionals.push(...this.#rest);
        return;
      }
      if (arg.startsWith('--')) this.#long(arg);
      else if (arg.startsWith('-') && arg !== '-') this.#shorts(arg.slice(1));
      else this.#positionals.push(arg);
    }
  }

  #long(arg: string): void {
    const [, name = '', value] = /^--([^=]*)(?:=(.*))?$/s.exec(arg) ?? [];
    if (name === '' || name.startsWith('-')) throw refusal(`bad flag syntax: ${arg}`);
    const flag = this.#flags.get(name);
    if (flag === undefined) throw refusal(`unknown flag: --${name}`, this.#similarTo(name));
    const text = value ?? flag.kind.valueWhenAlone ?? this.#rest.shift();
    if (text === undefined) throw refusal(`flag needs an argument: --${name}`);
    this.#tokens.push(`--${name}=${text}`);
  }

  /** Letters may be joined (`-ih`); the first that takes a value takes what is left of the word, or the next one. */
  #shorts(letters: string): void {
    let left = letters;
    while (left !== '') {
      const letter = String.fromCodePoint(left.codePointAt(0) ?? 0);
      const [name, flag] = this.#withShort(letter, { left, letters });
      const attached = left.slice(letter.length);
      if (attached.length > 1 && attached.startsWith('=')) {
        this.#tokens.push(`--${name}${attached}`);
        return;
      }
      if (flag.kind.valueWhenAlone === undefined) {
        const text = attached === '' ? this.#rest.shift() : attached;
        if (text === undefined) throw refusal(`flag needs an argument: ${quoteRune(letter)} in -${left}`);
        this.#tokens.push(`--${name}=${text}`);
        return;
      }
      this.#tokens.push(`--${name}=${flag.kind.valueWhenAlone}`);
      left = attached;
    }
  }

  #withShort(letter: string, word: { left: string; letters: string }): [string, Flag<unknown>] {
    const entry = [...this.#flags].find(([, flag]) => flag.short === letter);
    if (entry !== undefined) return entry;
    const name = word.letters.replace(/=.*$/s, '');
    const reasons = this.#flags.has(name)
      ? didYouMean([`--${name}`])
      : ['write -- before an argument that begins with a dash'];
    throw refusal(`unknown shorthand flag: ${quoteRune(letter)} in -${word.left}`, reasons);
  }

  #similarTo(name: string): string[] {
    return didYouMean(closest(name, this.#flags.keys()).map((each) => `--${each}`));
  }
}

function refusal(message: string, reasons: readonly string[] = []): UsageError {
  return new UsageError(message, 'flag', { reasons });
}

function quoteRune(character: string): string {
  return character === "'" || character === '\\' ? `'\\${character}'` : `'${character}'`;
}
