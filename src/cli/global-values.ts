/** The values of the global flags, gathered from the places that may give them. */
import { formatCsvRecord } from '../go/csv.js';
import { type Environment, flagsWin, valuesFromEnvironment, variableName } from './environment.js';
import type { Contents, FlagTable } from './flags.js';
import { GLOBAL_FLAGS, type GlobalFlagValues } from './global-flags.js';

/** Values of global flags that neither the command line nor the environment gives, such as those of a profile. */
export interface ValueLayer {
  /** Where the values come from, for `--debug`: `profile prod`. */
  readonly origin: string;
  readonly values: Partial<GlobalFlagValues>;
}

export interface GatheredValues {
  /** All of them, with defaults. */
  readonly values: GlobalFlagValues;
  readonly given: Partial<GlobalFlagValues>;
  readonly fromVariables: Readonly<Record<string, unknown>>;
  readonly layers: readonly ValueLayer[];
  /** Those that are given at any place, without passwords of other users. */
  readonly merged: Partial<GlobalFlagValues>;
  /** Whether a flag wins over its variable. */
  readonly flagsWin: boolean;
}

/**
 * Merges the values of the flags, the variables, and the layers, the first of which has precedence.
 * @throws UsageError for a flag and its variable, and for a variable whose value does not parse
 */
export function gatherValues(
  given: Partial<GlobalFlagValues>,
  env: Environment,
  layers: readonly ValueLayer[],
): GatheredValues {
  const fromVariables = valuesFromEnvironment(GLOBAL_FLAGS, given, env);
  const areFlagsFirst = flagsWin(env);
  const own = areFlagsFirst
    ? [given, { ...fromVariables, ...loginVariables(env) }]
    : [{ ...fromVariables, ...given }];
  const merged = mergeValues([...own, ...layers.map((layer) => layer.values)]);
  return {
    values: { ...DEFAULTS, ...merged },
    merged,
    given,
    fromVariables,
    layers,
    flagsWin: areFlagsFirst,
  };
}

/** Such as `flag` or `profile prod`; `undefined` for a default. */
export function originOf(
  name: string,
  { given, fromVariables, layers, merged }: GatheredValues,
): string | undefined {
  if (!(name in merged)) return undefined;
  if (name in given) return 'flag';
  if (name in fromVariables) return `variable ${variableName(name)}`;
  return layers.find((layer) => name in layer.values)?.origin;
}

/** The value's name at the place where it is set: `--user`, `ETCDCTL_USER`, or `user (profile prod)`. */
export function nameAtOrigin(name: string, sources: GatheredValues): string {
  if (name in sources.given) return `--${name}`;
  if (name in sources.fromVariables) return variableName(name);
  return `${name} (${originOf(name, sources)})`;
}

/** The flags that name a user, or replace one. */
const IDENTITY_FLAGS = ['user', 'user-file', 'auth-jwt-token'] as const;
const PASSWORD_FLAGS = ['password', 'password-file'] as const;

/**
 * Merges values from several places, the first of which has precedence. A password belongs to the user of its own place: it is never
 * combined with a user that a place of higher precedence names, unless its own place names none.
 */
function mergeValues(places: readonly Partial<GlobalFlagValues>[]): Partial<GlobalFlagValues> {
  let merged: Partial<GlobalFlagValues> = {};
  for (const place of places) {
    const added: Record<string, unknown> = { ...place };
    const isOtherLogin = namesUser(merged) && namesUser(place);
    if (isOtherLogin) for (const name of IDENTITY_FLAGS) delete added[name];
    if (isOtherLogin || hasPassword(merged)) for (const name of PASSWORD_FLAGS) delete added[name];
    merged = { ...added, ...merged };
  }
  return merged;
}

/** The login of the environment, also those parts of it that flags replace. */
function loginVariables(env: Environment): Partial<GlobalFlagValues> {
  const names = [...IDENTITY_FLAGS, ...PASSWORD_FLAGS];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = env[variableName(name)];
      return value ? [[name, value]] : [];
    }),
  );
}

function namesUser(values: Partial<GlobalFlagValues>): boolean {
  return IDENTITY_FLAGS.some((name) => values[name]);
}

function hasPassword(values: Partial<GlobalFlagValues>): boolean {
  if (PASSWORD_FLAGS.some((name) => values[name])) return true;
  return Boolean(values['user-file'] || values['auth-jwt-token'] || values.user?.includes(':'));
}

const DEFAULTS = Object.fromEntries(
  Object.entries(GLOBAL_FLAGS).map(([name, flag]) => [name, flag.defaultValue]),
) as unknown as GlobalFlagValues;

const MASK = '********';

function masked(text: string, holds: Contents | undefined): string {
  if (holds === 'login') return text.replace(/:.*$/s, `:${MASK}`);
  return holds === 'secret' && text !== '' ? MASK : text;
}

/** The flags of the command line that another one has to repeat to reach the same cluster as the same user, without secrets. */
export function connectionFlags(given: Partial<GlobalFlagValues>): string[] {
  const values: Readonly<Record<string, unknown>> = given;
  const table: FlagTable = GLOBAL_FLAGS;
  return Object.entries(table).flatMap(([name, { kind, isConnection, holds }]) => {
    if (!isConnection || holds === 'secret' || !(name in given)) return [];
    const value = values[name];
    const text = Array.isArray(value) ? formatCsvRecord(value) : kind.format(value);
    return [`--${name}=${holds === 'login' ? text.replace(/:.*$/s, '') : text}`];
  });
}

/**
 * `ETCDCTL_DIAL_TIMEOUT=2s`, sorted by flag. Secrets are masked, unlike in etcdctl: stderr may go to a log. Flags that etcdctl lacks are
 * listed only with a value. With layers, or when flags win over variables, each line ends with the origin of the value.
 */
export function debugLines(gathered: GatheredValues): string[] {
  const { values, layers, flagsWin } = gathered;
  const hasOrigins = layers.length > 0 || flagsWin;
  const shown: Readonly<Record<string, unknown>> = values;
  const table: FlagTable = GLOBAL_FLAGS;
  return Object.entries(table)
    .flatMap(([name, { kind, defaultValue, isAddition, holds }]) => {
      const text = masked(kind.format(shown[name]), holds);
      if (isAddition && text === kind.format(defaultValue)) return [];
      const origin = hasOrigins ? ` (${originOf(name, gathered) ?? 'default'})` : '';
      return [`${variableName(name)}=${text}${origin}`];
    })
    .sort((a, b) => (a < b ? -1 : 1));
}
