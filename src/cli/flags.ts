/**
 * The types of flag values, as in Go's pflag, and how a command declares its flags:
 * `{ limit: int64Flag(0n, 'maximum number of results') }` declares `--limit` and gives `flags.limit: bigint`.
 */
import { formatCsvRecord, parseCsvRecord } from '../go/csv.js';
import {
  formatDuration,
  millisecondsFromNanoseconds,
  nanosecondsFromMilliseconds,
  parseDuration,
} from '../go/duration.js';
import { parseBool, parseInt64, parseUint64 } from '../go/number.js';

/** One flag. Its kind parses the value and formats the default. */
export interface Flag<Value> {
  readonly kind: FlagKind<Value>;
  readonly defaultValue: Value;
  /** One phrase, for help. */
  readonly summary: string;
  /** The shorthand without the dash: a single letter. In version 2 commands it can be a shorter name. */
  readonly short?: string;
  /** The values that completion offers. Not enforced here: each command checks them with an error message of its own. */
  readonly choices?: readonly string[];
  /** What completion offers for the value, if that depends on the cluster or on files. */
  readonly candidates?: CandidateKind;
  /** The command is rejected without this flag. */
  readonly isRequired?: boolean;
  /** etcdctl has no such flag. A global one is left out of the output of `--debug` unless it has a value. */
  readonly isAddition?: boolean;
  readonly holds?: Contents;
  /** Of a global flag: a command line has to repeat it to reach the same cluster as the same user. Secrets are left out there. */
  readonly isConnection?: boolean;
  /** Of a global flag: it means something to a command that makes no calls. */
  readonly isForNode?: boolean;
}

/**
 * What a text is. A `path` in a profile is relative to the profile. Of a `login`, which is `name:password`, the password is not printed,
 * of a `secret` nothing.
 */
export type Contents = 'plain' | 'path' | 'login' | 'secret';

// biome-ignore lint/suspicious/noExplicitAny: a table holds flags of every value type
export type FlagTable = Readonly<Record<string, Flag<any>>>;
export type FlagValues<Table extends FlagTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Flag<infer Value> ? Value : never;
};

export type FlagExtras = Pick<
  Flag<unknown>,
  'short' | 'choices' | 'candidates' | 'isRequired' | 'isAddition' | 'holds' | 'isConnection' | 'isForNode'
>;

/** What completion asks for: profiles of this user; client URLs, member IDs, users and roles of the cluster. */
export type CandidateKind = 'profile' | 'endpoint' | 'member' | 'user' | 'role';

/** How a type of flag parses its value, in Go's syntax, and how help shows it (spf13/pflag v1.0.10). */
export interface FlagKind<Value> {
  readonly name: 'bool' | 'string' | 'int' | 'int64' | 'uint' | 'uint64' | 'duration' | 'list';
  /** The value of a flag without one, as `--prefix` (pflag's NoOptDefVal); `undefined`: the flag takes the next argument. */
  readonly noOptDefault?: string;
  /** Stands for the value in help. */
  readonly placeholder?: string;
  /** The valid form of a value, printed with the error for an invalid one. */
  readonly advice?: string;
  /**
   * Throws a `GoParseError`. `earlier` is the value of the same flag further left on the command line. Only lists use
   * it, to append.
   */
  readonly parse: (text: string, earlier: Value | undefined) => Value;
  readonly format: (value: Value) => string;
}

const NUMBER_ADVICE = 'the value must be an integer, such as 42 or 0x2a';

const boolKind: FlagKind<boolean> = {
  name: 'bool',
  noOptDefault: 'true',
  advice: 'the value must be true or false, joined to the flag with =',
  parse: parseBool,
  format: String,
};

const stringKind: FlagKind<string> = {
  name: 'string',
  placeholder: 'text',
  parse: (text) => text,
  format: (value) => value,
};

const int64Kind: FlagKind<bigint> = {
  name: 'int64',
  placeholder: 'number',
  advice: NUMBER_ADVICE,
  parse: (text) => parseInt64(text),
  format: String,
};

/** Go's int, parsed as 64 bits. Above 2^53 the result is the nearest double: for counts and sizes, never for ids. */
const intKind: FlagKind<number> = {
  name: 'int',
  placeholder: 'number',
  advice: NUMBER_ADVICE,
  parse: (text) => Number(parseInt64(text)),
  format: String,
};

/** As `intKind`, without negative numbers. */
const uintKind: FlagKind<number> = {
  name: 'uint',
  placeholder: 'number',
  advice: NUMBER_ADVICE,
  parse: (text) => Number(parseUint64(text)),
  format: String,
};

/** As `int64Kind`, without negative numbers. */
const uint64Kind: FlagKind<bigint> = {
  name: 'uint64',
  placeholder: 'number',
  advice: NUMBER_ADVICE,
  parse: (text) => parseUint64(text),
  format: String,
};

/** Values are milliseconds, with a fraction for microseconds and nanoseconds. */
const durationKind: FlagKind<number> = {
  name: 'duration',
  placeholder: 'duration',
  advice: 'the value must be a number with a unit, such as 300ms, 5s or 1m30s',
  parse: (text) => millisecondsFromNanoseconds(parseDuration(text)),
  format: (ms) => formatDuration(nanosecondsFromMilliseconds(ms)),
};

/** Comma-separated and repeatable: the first use replaces the default, each further use appends (pflag's StringSlice). */
const listKind: FlagKind<readonly string[]> = {
  name: 'list',
  placeholder: 'list',
  advice: 'separate values with commas, and quote a value that contains a comma with double quotes',
  parse: (text, earlier = []) => [...earlier, ...(text === '' ? [] : parseCsvRecord(text))],
  format: (values) => `[${formatCsvRecord(values)}]`,
};

/** `--name`, `--name=false`. */
export const boolFlag = flagOf(boolKind);
export const stringFlag = flagOf(stringKind);
/** Values are bigint: revisions, limits. */
export const int64Flag = flagOf(int64Kind);
/** Values are numbers: sizes and counts. */
export const intFlag = flagOf(intKind);
export const uintFlag = flagOf(uintKind);
/** Values are bigint: revisions. */
export const uint64Flag = flagOf(uint64Kind);
/** `1m30s`; values and the default are milliseconds. */
export const durationFlag = flagOf(durationKind);
/** `a,b` or repeated. */
export const stringSliceFlag = flagOf(listKind);

/**
 * `--name` alone is `--name=` with the first choice; another value is joined with `=`. Without the flag, the value is empty.
 * Values are not checked here.
 */
export function optionalFlag(
  choices: readonly [string, ...string[]],
  summary: string,
  extras: Omit<FlagExtras, 'choices'> = {},
): Flag<string> {
  const { placeholder: _takesNoArgument, ...kind } = stringKind;
  return { kind: { ...kind, noOptDefault: choices[0] }, defaultValue: '', summary, choices, ...extras };
}

function flagOf<Value>(kind: FlagKind<Value>) {
  return (defaultValue: Value, summary: string, extras: FlagExtras = {}): Flag<Value> => ({
    kind,
    defaultValue,
    summary,
    ...extras,
  });
}
