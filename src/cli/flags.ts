/**
 * The kinds of flag values, as Go's pflag knows them, and how a command declares its flags:
 * `{ limit: int64Flag(0n, 'largest number of results') }` declares `--limit` and gives `flags.limit: bigint`.
 */
import {
  boolKind,
  durationKind,
  type FlagKind,
  int64Kind,
  intKind,
  listKind,
  stringKind,
  uint64Kind,
  uintKind,
} from './flag-kinds.js';

/** One flag: its kind knows how text becomes a value and how a default is shown. */
export interface Flag<Value> {
  readonly kind: FlagKind<Value>;
  readonly defaultValue: Value;
  /** One phrase, shown by help. */
  readonly summary: string;
  /** Without the dash: a single letter, or a shorter name among the version 2 commands. */
  readonly short?: string;
  /** The values that completion offers. Not enforced here: commands word their own refusals. */
  readonly choices?: readonly string[];
  /** The command is refused without it. */
  readonly isRequired?: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: a table holds flags of every value type
export type FlagTable = Readonly<Record<string, Flag<any>>>;
export type FlagValues<Table extends FlagTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Flag<infer Value> ? Value : never;
};

export type FlagExtras = Pick<Flag<unknown>, 'short' | 'choices' | 'isRequired'>;

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

function flagOf<Value>(kind: FlagKind<Value>) {
  return (defaultValue: Value, summary: string, extras: FlagExtras = {}): Flag<Value> => ({
    kind,
    defaultValue,
    summary,
    ...extras,
  });
}
