/**
 * The flag notation of the version 2 commands: Go's `flag` package under urfave/cli (v1.22), brought into the one form that
 * commander reads. One dash or two are the same, letters are never joined, a flag with a value takes the next argument whatever
 * that is, and reading stops at the first argument. Global flags stand before the command's name. Behind it, flags that are the
 * command's own are first moved before its arguments, together with the argument after each of them.
 */

import { bytesFromText } from '../../go/bytes.js';
import { GoParseError } from '../../go/parse-error.js';
import { quoteGo } from '../../go/quote.js';
import { V2Failure } from '../../model/v2/errors.js';
import type { Flag, FlagTable } from '../flags.js';
import { closest, didYouMean } from '../suggestions.js';

export interface V2Words {
  /** `--name=value`, in the order given; names are known and values can be read. */
  readonly tokens: readonly string[];
  /** From the first argument on. */
  readonly rest: readonly string[];
}

/** Flags by each of their names, with the name that the table has for them. */
type KnownFlags = ReadonlyMap<string, { readonly name: string; readonly flag: Flag<unknown> }>;

/** Reads flags up to the first argument. Throws a `V2Failure` in Go's words. */
export function readFlagWords(args: readonly string[], table: FlagTable): V2Words {
  const known = knownFlags(table);
  const left = [...args];
  const tokens: string[] = [];
  const given = new Set<string>();
  for (let arg = left[0]; arg !== undefined; arg = left[0]) {
    if (arg.length < 2 || !arg.startsWith('-')) break;
    left.shift();
    if (arg === '--') break;
    const [, typed = '', joined] = /^--?([^=]*)(?:=(.*))?$/s.exec(arg) ?? [];
    if (typed === '' || typed.startsWith('-')) throw refusal(`bad flag syntax: ${arg}`);
    const { name, flag } = known.get(typed) ?? unknownFlag(typed, known);
    const text = joined ?? flag.kind.valueWhenAlone ?? left.shift();
    if (text === undefined) throw refusal(`flag needs an argument: -${typed}`);
    checkValue(typed, flag, text);
    tokens.push(`--${name}=${text}`);
    given.add(typed);
  }
  refuseTwoForms(given, table);
  return { tokens, rest: left };
}

export interface ReorderedWords {
  readonly words: readonly string[];
  /** How many of the arguments stood before `--`; `undefined`: there is none, or it is an argument itself. */
  readonly dashAt: number | undefined;
}

/**
 * Moves flags before arguments. What follows a known flag without `=` goes with it, even when the flag needs no value: so
 * `rm a --dir b` removes `b`, as it does with etcdctl, and `--` behind such an argument is one too (urfave/cli `reorderArgs`).
 */
export function flagsFirst(args: readonly string[], table: FlagTable): ReorderedWords {
  const known = knownFlags(table);
  const isKnown = (arg: string) => /^-./.test(arg) && known.has(arg.replace(/^--?/, '').split('=')[0] ?? '');
  const flags: string[] = [];
  const others: string[] = [];
  let goesWithFlag = false;
  for (const [at, arg] of args.entries()) {
    if (goesWithFlag && !isKnown(arg)) {
      goesWithFlag = false;
      flags.push(arg);
    } else if (arg === '--') {
      return { words: [...flags, '--', ...others, ...args.slice(at + 1)], dashAt: others.length };
    } else if (isKnown(arg)) {
      flags.push(arg);
      goesWithFlag = !arg.includes('=');
    } else others.push(arg);
  }
  return { words: [...flags, ...others], dashAt: undefined };
}

function knownFlags(table: FlagTable): KnownFlags {
  return new Map(
    Object.entries(table).flatMap(([name, flag]) =>
      [name, flag.short]
        .filter((each) => each !== undefined)
        .map((each) => [each, { name, flag: flag as Flag<unknown> }] as const),
    ),
  );
}

function unknownFlag(typed: string, known: KnownFlags): never {
  const longNames = [...known.values()].map(({ name }) => name);
  const near = closest(typed, new Set(longNames)).map((each) => `--${each}`);
  throw refusal(`flag provided but not defined: -${typed}`, didYouMean(near));
}

function checkValue(typed: string, flag: Flag<unknown>, text: string): void {
  try {
    flag.kind.parse(text, undefined);
  } catch (cause) {
    if (!(cause instanceof GoParseError)) throw cause;
    const quoted = quoteGo(bytesFromText(text));
    const why = /value out of range$/.test(cause.message) ? 'value out of range' : 'parse error';
    const message =
      flag.kind.name === 'bool'
        ? `invalid boolean value ${quoted} for -${typed}: ${why}`
        : `invalid value ${quoted} for flag -${typed}: ${why}`;
    throw refusal(message, flag.kind.advice === undefined ? [] : [flag.kind.advice]);
  }
}

function refuseTwoForms(given: ReadonlySet<string>, table: FlagTable): void {
  for (const [name, { short }] of Object.entries(table)) {
    if (short === undefined || !given.has(name) || !given.has(short)) continue;
    throw refusal(`Cannot use two forms of the same flag: ${short} ${name}`);
  }
}

function refusal(message: string, reasons: readonly string[] = []): V2Failure {
  return new V2Failure(message, 'plain', { reasons });
}
