import { onlyArgument } from './arguments.js';

/** The user that a command is about. Throws a `V2Failure` when there is none or several. */
export function userArgument(args: readonly string[]): string {
  return onlyArgument(args, 'Please provide a username');
}

/** The role that a command is about. Throws a `V2Failure` when there is none or several. */
export function roleArgument(args: readonly string[]): string {
  return onlyArgument(args, 'Please provide a role name');
}
