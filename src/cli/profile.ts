/**
 * A profile is a YAML file with values for global flags, by their names: `~/.config/etcdctl/prod.yaml` has the values of
 * `--profile prod`. Loaded only when a profile is used or listed.
 */
import { readdirSync } from 'node:fs';
import process from 'node:process';
import { textFromBytes } from '../go/bytes.js';
import { joinPath, systemPath } from '../go/file-path.js';
import { pathErrorText } from '../go/system-error.js';
import { UsageError } from '../model/errors.js';
import type { ProfileSummary } from '../model/results.js';
import type { Environment } from './environment.js';
import type { GlobalFlagValues } from './global-flags.js';
import { readSmallFile, type SmallFile } from './small-file.js';
import { closest, didYouMean } from './suggestions.js';

export interface Profile {
  readonly name: string;
  /** The path of its file. */
  readonly file: string;
  readonly values: Partial<GlobalFlagValues>;
}

/** The variables that say where profiles are. */
export const PROFILE_VARIABLES = ['XDG_CONFIG_HOME', 'HOME'] as const;

const EXTENSION = '.yaml';
const MAX_BYTES = 1024 * 1024;

/** @throws UsageError when the environment names no home directory */
export function profileDirectory({ XDG_CONFIG_HOME: config = '', HOME: home = '' }: Environment): string {
  // A relative path is invalid there (XDG Base Directory Specification).
  if (config.startsWith('/')) return joinPath(config, 'etcdctl');
  if (home !== '') return joinPath(home, '.config', 'etcdctl');
  throw new UsageError('there is no directory for profiles: neither XDG_CONFIG_HOME nor HOME is set', 'flag');
}

/** @throws UsageError naming file and line, when there is no such profile or it is invalid */
export async function readProfile(name: string, env: Environment): Promise<Profile> {
  if (!isPlainName(name)) {
    throw new UsageError(`invalid profile name ${name}: it must be a name such as prod, not a path`, 'flag');
  }
  const directory = profileDirectory(env);
  const file = joinPath(directory, name + EXTENSION);
  const content = await readSmallFile(file, { maxBytes: MAX_BYTES, label: '' }).catch((error: unknown) => {
    // A symbolic link can lead nowhere.
    const isUnknown = isAbsent(error) && !profileNames(directory).includes(name);
    throw isUnknown ? unknownProfile(name, directory) : error;
  });
  // It has the YAML library, which help and `profile list --help` do not need.
  const { parseProfile } = await import('./profile-values.js');
  const values = parseProfile(content.bytes, { file, directory, home: env.HOME ?? '' });
  if (hasSecret(values)) rejectExposed(file, content);
  return { name, file, values };
}

/** All profiles by name, with what is wrong with those that are invalid. @throws UsageError when the directory cannot be read */
export async function listProfiles(directory: string, home: string): Promise<ProfileSummary[]> {
  const env = { XDG_CONFIG_HOME: joinPath(directory, '..'), HOME: home };
  const summaries = profileNames(directory).map(async (name): Promise<ProfileSummary> => {
    const file = joinPath(directory, name + EXTENSION);
    try {
      const { values } = await readProfile(name, env);
      return { name, file, endpoints: values.endpoints ?? [], problem: undefined };
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return { name, file, endpoints: [], problem: error.message };
    }
  });
  return Promise.all(summaries);
}

function isPlainName(name: string): boolean {
  return /^[^./\p{Cc}][^/\p{Cc}]*$/u.test(name);
}

/** The names of the profiles in a directory, sorted; none when it does not exist. */
function profileNames(directory: string): string[] {
  try {
    return readdirSync(systemPath(directory), 'buffer')
      .map(textFromBytes)
      .filter((entry) => entry.endsWith(EXTENSION))
      .map((entry) => entry.slice(0, -EXTENSION.length))
      .filter(isPlainName)
      .sort();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new UsageError(pathErrorText('open', directory, cause), 'flag', { cause });
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof UsageError && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
}

function unknownProfile(name: string, directory: string): UsageError {
  const known = profileNames(directory);
  const [near] = didYouMean(closest(name.replace(/\.ya?ml$/, ''), known));
  const others = known.length === 0 ? 'it has no profiles' : `it has ${known.join(', ')}`;
  return new UsageError(`there is no profile ${name} in ${directory}: ${near ?? others}`, 'flag');
}

function hasSecret({ user = '', password = '', 'auth-jwt-token': token = '' }: Profile['values']): boolean {
  return password !== '' || token !== '' || user.includes(':');
}

const ACCESS_OF_OTHERS = 0o077;

/** @throws UsageError when others than this user and root can read, or write, a file with a secret */
function rejectExposed(file: string, { stats }: SmallFile): void {
  const uid = process.geteuid?.();
  if (uid === undefined) return;
  if ((stats.mode & ACCESS_OF_OTHERS) !== 0) {
    throw new UsageError(
      `${file} has a password, and other users have access to it: run chmod 600 ${file}`,
      'flag',
    );
  }
  if (stats.uid === uid || stats.uid === 0) return;
  throw new UsageError(
    `${file} has a password, and belongs to another user (${stats.uid}): run chown ${uid} ${file} and chmod 600 ${file}`,
    'flag',
  );
}
