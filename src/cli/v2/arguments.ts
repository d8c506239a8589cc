import { textFromBytes } from '../../go/bytes.js';
import { V2Failure } from '../../model/v2/errors.js';
import { readAll } from '../stdin.js';
import type { V2Context } from './command.js';

/** The key that a command is about. Throws a `V2Failure` when there is none. */
export function keyArgument([key]: readonly string[]): string {
  if (key === undefined) throw new V2Failure('key required', 'arguments');
  return key;
}

/** A value on the command line, or all of standard input. */
export type ValueSource = { readonly given: string } | 'stdin';

/** The argument after the key. */
export function valueArgument([, value]: readonly string[]): ValueSource {
  return value === undefined ? 'stdin' : { given: value };
}

/** Throws a `V2Failure` when standard input is to hold the value and is empty. */
export async function readValue(source: ValueSource, { stdin }: Pick<V2Context, 'stdin'>): Promise<string> {
  if (source !== 'stdin') return source.given;
  const value = textFromBytes(await readAll(stdin));
  if (value === '') throw new V2Failure('value required', 'arguments');
  return value;
}

/** Throws a `V2Failure` when there are any. */
export function refuseArguments(args: readonly string[]): void {
  if (args.length > 0) throw new V2Failure('No arguments accepted', 'plain');
}

/** The one argument that a command has. Throws a `V2Failure` with the message for none and for several. */
export function onlyArgument(args: readonly string[], message: string): string {
  const [argument] = args;
  if (argument === undefined || args.length > 1) throw new V2Failure(message, 'plain');
  return argument;
}

/** The user that a command is about. Throws a `V2Failure` when there is none or several. */
export function userArgument(args: readonly string[]): string {
  return onlyArgument(args, 'Please provide a username');
}

/** The role that a command is about. Throws a `V2Failure` when there is none or several. */
export function roleArgument(args: readonly string[]): string {
  return onlyArgument(args, 'Please provide a role name');
}
