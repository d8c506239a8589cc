/** The user to authenticate as, from the global flags. */
import { UsageError } from '../model/errors.js';
import type { Credentials } from '../transport/connection.js';
import type { GlobalFlagValues } from './global-flags.js';
import { type GatheredValues, nameAtOrigin } from './global-values.js';

/** A user whose password is given, or must be asked for. */
export interface NamedUser {
  readonly username: string;
  /** `undefined`: the program prompts for it. With an empty password, etcdctl does not authenticate at all. */
  readonly password?: string;
}

/** The user to authenticate as. */
export type User =
  | NamedUser
  | { readonly username: string; readonly passwordFile: string }
  /** The file contains `name:password`. */
  | { readonly userFile: string };

/** Flags that exclude each other. etcdctl has only the first of each pair, and ignores the user beside a token. */
const EXCLUDING = [
  ['password', 'password-file'],
  ['user', 'user-file'],
  ['password', 'user-file'],
  ['auth-jwt-token', 'password-file'],
  ['auth-jwt-token', 'user-file'],
  ['password-file', 'user-file'],
] as const;

/** @throws UsageError for the flags that etcdctl lacks, when another one gives a password too, or the user is missing */
export function rejectContradictions(sources: GatheredValues): void {
  const { values, given } = sources;
  const { 'password-file': passwordFile, user } = values;
  for (const name of ['password-file', 'user-file'] as const) {
    if (given[name] === '') throw new UsageError(`empty string is passed to --${name} option`, 'flag');
  }
  const pair = EXCLUDING.find((names) => names.every((name) => values[name]));
  if (pair !== undefined) {
    const [one, other] = pair.map((name) => nameAtOrigin(name, sources));
    throw new UsageError(`${one} and ${other} cannot be used together: give only one of them`, 'flag');
  }
  if (!passwordFile || (user && !user.includes(':'))) return;
  const what = user ? 'a user name without a password' : 'a user name';
  throw new UsageError(`${nameAtOrigin('password-file', sources)} needs ${what}: give --user NAME`, 'flag');
}

/** With `--password`, `--user` is the user name only. Without it, `--user` may be `name:password`, split at the first colon. */
export function toUser(values: GlobalFlagValues): User | undefined {
  const { user, password, 'auth-jwt-token': token } = values;
  const { 'user-file': userFile, 'password-file': passwordFile } = values;
  if (userFile !== '') return { userFile };
  if (token !== '' || user === '') return undefined;
  if (passwordFile !== '') return { username: user, passwordFile };
  if (password !== '') return { username: user, password };
  const colonAt = user.indexOf(':');
  if (colonAt < 0) return { username: user };
  return { username: user.slice(0, colonAt), password: user.slice(colonAt + 1) };
}

export function toCredentials(token: string, user: User | undefined): Credentials | undefined {
  if (token !== '') return { kind: 'token', token };
  if (user === undefined || !('password' in user) || !user.username || !user.password) return undefined;
  return { kind: 'password', username: user.username, password: user.password };
}
