/** How each kind of flag reads its value, in Go's notation, and how help shows it (spf13/pflag v1.0.10). */
import { formatCsvRecord, parseCsvRecord } from '../go/csv.js';
import {
  formatDuration,
  millisecondsFromNanoseconds,
  nanosecondsFromMilliseconds,
  parseDuration,
} from '../go/duration.js';
import { parseBool, parseInt64, parseUint64 } from '../go/number.js';

export interface FlagKind<Value> {
  readonly name: 'bool' | 'string' | 'int' | 'int64' | 'uint' | 'uint64' | 'duration' | 'list';
  /** What the flag stands for when it is written without a value; `undefined`: it takes the next argument. */
  readonly valueWhenAlone?: string;
  /** What help shows in the place of the value. */
  readonly placeholder?: string;
  /** What a value looks like, for whoever gave a wrong one. */
  readonly advice?: string;
  /**
   * Throws a `GoParseError`. `earlier` is the value of the same flag further left on the command line: all
   * kinds but lists ignore it.
   */
  readonly parse: (text: string, earlier: Value | undefined) => Value;
  readonly format: (value: Value) => string;
}

const NUMBER_ADVICE = 'the value must be an integer, such as 42 or 0x2a';

export const boolKind: FlagKind<boolean> = {
  name: 'bool',
  valueWhenAlone: 'true',
  advice: 'the value must be true or false, joined to the flag with =',
  parse: parseBool,
  format: String,
};

export const stringKind: FlagKind<string> = {
  name: 'string',
  placeholder: 'text',
  parse: (text) => text,
  format: (value) => value,
};

export const int64Kind: FlagKind<bigint> = {
  name: 'int64',
  placeholder: 'number',
  advice: NUMBER_ADVICE,
  parse: (text) => parseInt64(text),
  format: String,
};

/** Go's int, read as 64 bits; above 2^53 the number is the nearest double. For counts and sizes, never for ids. */
export const intKind: FlagKind<number> = {
  name: 'int',
  placeholder: 'number',
  advice: NUMBER_ADVICE,
  parse: (text) => Number(parseInt64(text)),
  format: String,
};

/** As `intKind`, without negative numbers. */
export const uintKind: FlagKind<number> = {
  name: 'uint',
  placeholder: 'number',
  advice: NUMBER_ADVICE,
  parse: (text) => Number(parseUint64(text)),
  format: String,
};

/** As `int64Kind`, without negative numbers. */
export const uint64Kind: FlagKind<bigint> = {
  name: 'uint64',
  placeholder: 'number',
  advice: NUMBER_ADVICE,
  parse: (text) => parseUint64(text),
  format: String,
};

/** Milliseconds, with a fraction for shorter spans. */
export const durationKind: FlagKind<number> = {
  name: 'duration',
  placeholder: 'duration',
  advice: 'the value must be a number with a unit, such as 300ms, 5s or 1m30s',
  parse: (text) => millisecondsFromNanoseconds(parseDuration(text)),
  format: (ms) => formatDuration(nanosecondsFromMilliseconds(ms)),
};

/** Comma-separated, and repeatable: the first use replaces the default, each further one appends. */
export const listKind: FlagKind<readonly string[]> = {
  name: 'list',
  placeholder: 'list',
  advice: 'separate values with commas, and quote a value that contains a comma with double quotes',
  parse: (text, earlier = []) => [...earlier, ...(text === '' ? [] : parseCsvRecord(text))],
  format: (values) => `[${formatCsvRecord(values)}]`,
};
