/**
 * Flags set by environment variables, by the rules of etcdctl (pkg/flags of v3.7.1): `ETCDCTL_DIAL_TIMEOUT` sets
 * `--dial-timeout`, an empty variable counts as unset, and setting both the flag and its variable is an error.
 */

import { bytesFromText } from '../go/bytes.js';
import { GoParseError } from '../go/parse-error.js';
import { quoteGo } from '../go/quote.js';
import { UsageError } from '../model/errors.js';
import { boolFlag, type FlagKind, type FlagTable } from './flags.js';
import { closest, didYouMean } from './suggestions.js';

export type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = 'ETCDCTL_';

/** The variable that lets a flag win over its own variable. */
export const FLAGS_WIN = 'ETCDCTL_FLAGS_WIN';

/** Variables that the program or some of its commands read although no global flag belongs to them. */
const NON_FLAG_VARIABLES: ReadonlySet<string> = new Set([
  'ETCDCTL_API',
  'ETCDCTL_CLUSTER',
  FLAGS_WIN,
  'ETCDCTL_WATCH_KEY',
  'ETCDCTL_WATCH_RANGE_END',
]);

export function variableName(flagName: string): string {
  return PREFIX + flagName.toUpperCase().replaceAll('-', '_');
}

/**
 * The values that environment variables give to flags of the table. Throws a `UsageError` when a flag and its variable
 * are both set, even if the variable is empty or has the same value, and when a value does not parse. (etcdctl 3.7.1
 * goes on with zero for a value that does not parse: a timeout then never ends.) With `ETCDCTL_FLAGS_WIN=true`, the variable of a given
 * flag is ignored.
 */
export function valuesFromEnvironment(
  table: FlagTable,
  given: Readonly<Record<string, unknown>>,
  env: Environment,
): Record<string, unknown> {
  if (!flagsWin(env)) rejectConflicts(table, given, env);
  const values: Record<string, unknown> = {};
  for (const [name, flag] of Object.entries(table)) {
    const text = env[variableName(name)];
    if (text === undefined || text === '' || name in given) continue;
    values[name] = parseVariable(variableName(name), text, flag.kind);
  }
  return values;
}

/** Whether a flag wins over its variable; by default, setting both is an error. @throws UsageError for a value that is no boolean */
export function flagsWin(env: Environment): boolean {
  const text = env[FLAGS_WIN];
  return text !== undefined && text !== '' && parseVariable(FLAGS_WIN, text, boolFlag(false, '').kind);
}

function parseVariable<Value>(variable: string, text: string, { parse, advice }: FlagKind<Value>): Value {
  try {
    return parse(text, undefined);
  } catch (error) {
    if (!(error instanceof GoParseError)) throw error;
    const message = `invalid value ${quoteGo(bytesFromText(text))} for ${variable}: ${error.message}`;
    throw new UsageError(message, 'flag', { cause: error, reasons: advice === undefined ? [] : [advice] });
  }
}

function rejectConflicts(table: FlagTable, given: Readonly<Record<string, unknown>>, env: Environment): void {
  for (const name of Object.keys(table)) {
    const variable = variableName(name);
    if (!(name in given) || env[variable] === undefined) continue;
    throw new UsageError(
      `conflicting environment variable "${variable}" is shadowed by corresponding command-line flag ` +
        '(either unset environment variable or disable flag)',
      'flag',
      {
        reasons: [
          `--${name} and ${variable} are both set: use only one of them, or set ${FLAGS_WIN}=true to let the flag win`,
        ],
      },
    );
  }
}

/** Those of the variables that are set and not empty. */
export function setVariables(names: readonly string[], env: Environment): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
}

/** A warning for each `ETCDCTL_` variable that belongs to no flag. Values are left out: they may be secret. */
export function unknownVariableWarnings(table: FlagTable, env: Environment): string[] {
  const known = new Set(Object.keys(table).map(variableName));
  const added = new Set(
    Object.entries(table).flatMap(([name, flag]) => (flag.isAddition ? [variableName(name)] : [])),
  );
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && !known.has(name) && !NON_FLAG_VARIABLES.has(name))
    .map((name) => {
      const [hint] = didYouMean(closest(name, known, added));
      return `warning: unrecognized environment variable ${name}${hint === undefined ? '' : `, ${hint}`}`;
    });
}

/** The command set that ETCDCTL_API selects, as in etcdctl 3.5. Later versions of etcdctl have one set and ignore it. */
export function apiVersionFromEnv(env: Environment): '2' | '3' {
  const version = env.ETCDCTL_API ?? '';
  if (version === '' || version === '3') return '3';
  if (version === '2') return '2';
  throw new UsageError(`unsupported API version: ${version}`, 'flag', {
    reasons: ['ETCDCTL_API must be 2, 3 or unset, which means 3'],
  });
}
