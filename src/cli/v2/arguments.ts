import { textFromBytes } from '../../go/bytes.js';
import { V2Failure } from '../../model/v2/errors.js';
import { boolFlag, type Flag, type FlagExtras, type FlagKind, int64Flag } from '../flags.js';
import { readAll } from '../stdin.js';
import type { V2Context } from './command.js';

/** The first argument as a key. Throws a `V2Failure` when it is missing. */
export function keyArgument([key]: readonly string[]): string {
  if (key === undefined) throw new V2Failure('key required', 'arguments');
  return key;
}

/** Where a value comes from: the command line, or all of standard input. */
export type ValueSource = { readonly given: string } | 'stdin';

/** The argument after the key. */
export function valueArgument([, value]: readonly string[]): ValueSource {
  return value === undefined ? 'stdin' : { given: value };
}

/** Throws a `V2Failure` when the value comes from standard input and is empty. */
export async function readValue(source: ValueSource, { stdin }: Pick<V2Context, 'stdin'>): Promise<string> {
  if (source !== 'stdin') return source.given;
  const value = textFromBytes(await readAll(stdin));
  if (value === '') throw new V2Failure('value required', 'arguments');
  return value;
}

/** Throws a `V2Failure` when there are arguments. */
export function rejectArguments(args: readonly string[]): void {
  if (args.length > 0) throw new V2Failure('No arguments accepted', 'plain');
}

/** The only argument. Throws a `V2Failure` with the given message for any other number of arguments. */
export function onlyArgument(args: readonly string[], message: string): string {
  const [argument] = args;
  if (argument === undefined || args.length > 1) throw new V2Failure(message, 'plain');
  return argument;
}

/** The only argument as a user name. Throws a `V2Failure` for any other number of arguments. */
export function userArgument(args: readonly string[]): string {
  return onlyArgument(args, 'Please provide a username');
}

/** The only argument as a role name. Throws a `V2Failure` for any other number of arguments. */
export function roleArgument(args: readonly string[]): string {
  return onlyArgument(args, 'Please provide a role name');
}

/** A repeatable flag; each use adds one value, which may contain commas (pflag's StringArray, urfave/cli `StringSliceFlag`). */
const stringArrayKind: FlagKind<readonly string[]> = {
  name: 'list',
  placeholder: 'text',
  parse: (text, earlier = []) => [...earlier, text],
  format: (values) => `[${values.join(' ')}]`,
};

export function stringArrayFlag(summary: string, extras: FlagExtras = {}): Flag<readonly string[]> {
  return { kind: stringArrayKind, defaultValue: [], summary, ...extras };
}

/** Flags that several version 2 commands share. */
export const ttlFlag = int64Flag(0n, 'TTL in seconds; 0: no expiration');
export const quorumFlag = boolFlag(false, 'read through the quorum', { short: 'q' });
export const sortFlag = boolFlag(false, 'sort the output by key');
