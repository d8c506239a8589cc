/**
 * Normalises the flag syntax of the version 2 commands, Go's `flag` package with urfave/cli (v1.22), to the one form that
 * commander parses. The rules:
 * - one dash and two dashes are the same, and shorthands are never joined
 * - a flag that needs a value takes the next argument, whatever that is
 * - parsing stops at the first positional argument
 * - global flags stand before the command's name
 * - after the command's name, the command's own flags are first moved before its arguments, each with the argument after it
 */

import { bytesFromText } from '../../go/bytes.js';
import { GoParseError } from '../../go/parse-error.js';
import { quoteGo } from '../../go/quote.js';
import { V2Failure } from '../../model/v2/errors.js';
import type { Flag, FlagTable } from '../flags.js';
import { closest, didYouMean } from '../suggestions.js';

export interface V2Words {
  /** `--name=value`, in the order given. The names are known and the values are valid. */
  readonly tokens: readonly string[];
  /** The first positional argument and all that follows. */
  readonly rest: readonly string[];
}

/** Flags by long and short name, each with its long name. */
type KnownFlags = ReadonlyMap<string, { readonly name: string; readonly flag: Flag<unknown> }>;

/** Parses flags up to the first positional argument. Throws a `V2Failure` with Go's messages. */
export function parseFlagWords(args: readonly string[], table: FlagTable): V2Words {
  const known = knownFlags(table);
  const left = [...args];
  const tokens: string[] = [];
  const given = new Set<string>();
  for (let arg = left[0]; arg !== undefined; arg = left[0]) {
    if (arg.length < 2 || !arg.startsWith('-')) break;
    left.shift();
    if (arg === '--') break;
    const [, typed = '', joined] = /^--?([^=]*)(?:=(.*))?$/s.exec(arg) ?? [];
    if (typed === '' || typed.startsWith('-')) throw flagError(`bad flag syntax: ${arg}`);
    const { name, flag } = known.get(typed) ?? unknownFlag(typed, known);
    const text = joined ?? flag.kind.noOptDefault ?? left.shift();
    if (text === undefined) throw flagError(`flag needs an argument: -${typed}`);
    checkValue(typed, flag, text);
    tokens.push(`--${name}=${text}`);
    given.add(typed);
  }
  rejectTwoForms(given, table);
  return { tokens, rest: left };
}

export interface ReorderedWords {
  readonly words: readonly string[];
  /** How many of the arguments stand before `--`; `undefined` when there is no `--`, or when it is itself an argument. */
  readonly argsLenAtDash: number | undefined;
}

/**
 * Moves flags before arguments (urfave/cli `reorderArgs`). The argument after a known flag without `=` moves with the flag, even
 * when the flag needs no value. As in etcdctl, `rm a --dir b` therefore removes `b`, and a `--` after a flag is an argument.
 */
export function flagsFirst(args: readonly string[], table: FlagTable): ReorderedWords {
  const known = knownFlags(table);
  const isKnown = (arg: string) => /^-./.test(arg) && known.has(arg.replace(/^--?/, '').split('=')[0] ?? '');
  const flags: string[] = [];
  const others: string[] = [];
  let movesWithFlag = false;
  for (const [at, arg] of args.entries()) {
    if (movesWithFlag && !isKnown(arg)) {
      movesWithFlag = false;
      flags.push(arg);
    } else if (arg === '--') {
      return { words: [...flags, '--', ...others, ...args.slice(at + 1)], argsLenAtDash: others.length };
    } else if (isKnown(arg)) {
      flags.push(arg);
      movesWithFlag = !arg.includes('=');
    } else others.push(arg);
  }
  return { words: [...flags, ...others], argsLenAtDash: undefined };
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
  throw flagError(`flag provided but not defined: -${typed}`, didYouMean(near));
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
    throw flagError(message, flag.kind.advice === undefined ? [] : [flag.kind.advice]);
  }
}

function rejectTwoForms(given: ReadonlySet<string>, table: FlagTable): void {
  for (const [name, { short }] of Object.entries(table)) {
    if (short === undefined || !given.has(name) || !given.has(short)) continue;
    throw flagError(`Cannot use two forms of the same flag: ${short} ${name}`);
  }
}

function flagError(message: string, reasons: readonly string[] = []): V2Failure {
  return new V2Failure(message, 'plain', { reasons });
}
