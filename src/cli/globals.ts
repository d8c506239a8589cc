import { UsageError } from '../model/errors.js';
import type { ResultKind } from '../model/results.js';
import { formatsOf, type OutputFormat } from '../printers/printer.js';
import type { ConnectionOptions } from '../transport/connection.js';
import type { DiscoveryOptions } from '../transport/discovery.js';
import { proxySettings, systemRootsOf, toDiscovery, toTlsOptions } from './connection-settings.js';
import { checkedEndpoints } from './endpoint-list.js';
import {
  type Environment,
  FLAGS_WIN,
  unknownVariableWarnings,
  valuesFromEnvironment,
  variableName,
} from './environment.js';
import type { FlagTable } from './flags.js';
import {
  GLOBAL_FLAGS,
  type GlobalFlagValues,
  ID_FORMATS,
  UTL_GLOBAL_FLAGS,
  type UtlGlobalFlagValues,
} from './global-flags.js';
import {
  connectionFlags,
  debugLines,
  type GatheredValues,
  gatherValues,
  originOf,
  type ValueLayer,
} from './global-values.js';
import { rejectContradictions, toCredentials, toUser, type User } from './user.js';

/** The global flags and variables of one run, checked. */
export interface GlobalOptions {
  /** Has credentials if a token is given, or a user name and a password that are both not empty. */
  readonly connection: Omit<ConnectionOptions, 'callTimeoutMs'>;
  /** How to name a single endpoint, for a command that needs one, when several do not come from the command line. */
  readonly endpointAdvice?: string;
  /** DNS discovery. The endpoints that it finds, if any, replace those of `connection`. */
  readonly discovery?: DiscoveryOptions;
  /** `undefined` without `--user`, and when a token is given. */
  readonly user: User | undefined;
  readonly format: OutputFormat;
  readonly hex: boolean;
  /** See `CommandContext.connectionFlags`. */
  readonly connectionFlags: readonly string[];
  readonly textIds: boolean;
  /** Lines for stderr with the value of every global flag, secrets masked; empty without `--debug`. */
  readonly debugLines: readonly string[];
  readonly commandTimeoutMs: number;
  /** Whether the flag or its variable is set. */
  readonly commandTimeoutGiven: boolean;
  /** How long to wait for the lock of a database file; 0: no limit. */
  readonly lockTimeoutMs: number;
  /** Where to look for the etcd of this node. */
  readonly nodeRoot: string;
  /** `--local` or its variable. */
  readonly usesLocal: boolean;
}

/** What else decides on the values. */
interface ValueSources {
  /** The first has precedence. */
  readonly layers?: readonly ValueLayer[];
  /** What the command prints: it may have formats of its own. */
  readonly result?: ResultKind | undefined;
}

/**
 * Merges the global flags with the environment, then with the layers, and checks them in the order of etcdctl. Calls `warn` with a line for
 * each unknown variable. Throws a `UsageError`, or a `ConnectionError` when there is no endpoint.
 */
export function resolveGlobals(
  given: Partial<GlobalFlagValues>,
  env: Environment,
  warn: (line: string) => void,
  { layers = [], result }: ValueSources = {},
): GlobalOptions {
  const sources = gatherValues(given, env, layers);
  const { values, merged } = sources;
  for (const line of unknownVariableWarnings(GLOBAL_FLAGS, env)) warn(line);
  const discovery = toDiscovery(values);
  const tls = { ...toTlsOptions(values, given, discovery), ...systemRootsOf(env) };
  const format = toFormat(values['write-out'], result);
  const textIds = toIdFormat(values.ids) === 'string';
  const endpoints = discovery === undefined ? checkedEndpoints(values.endpoints) : trimmed(values.endpoints);
  rejectContradictions(sources);
  const user = toUser(values);
  const credentials = toCredentials(values['auth-jwt-token'], user);
  const endpointAdvice = endpoints.length > 1 ? adviceOnEndpoints(sources) : undefined;
  return {
    connection: {
      endpoints,
      tls,
      proxy: proxySettings(env),
      ...(credentials && { credentials }),
      dialTimeoutMs: values['dial-timeout'],
      keepAliveTimeMs: values['keepalive-time'],
      keepAliveTimeoutMs: values['keepalive-timeout'],
      maxRequestBytes: values['max-request-bytes'],
      maxReceiveBytes: values['max-recv-bytes'],
    },
    ...(endpointAdvice !== undefined && { endpointAdvice }),
    ...(discovery && { discovery }),
    user,
    format,
    hex: values.hex,
    connectionFlags: connectionFlags(given),
    textIds,
    debugLines: values.debug ? debugLines(sources) : [],
    commandTimeoutMs: values['command-timeout'],
    commandTimeoutGiven: 'command-timeout' in merged,
    lockTimeoutMs: UTL_GLOBAL_FLAGS.timeout.defaultValue,
    usesLocal: values.local,
    nodeRoot: values.root,
  };
}

/**
 * The global options of a command that works on files. The flags of the output are checked only if the command prints a result. Of the
 * environment, only `ETCDCTL_IDS` counts: etcdctl has no variable for the output of these commands.
 */
export function resolveFileGlobals(
  given: Partial<UtlGlobalFlagValues & Pick<GlobalFlagValues, 'ids' | 'root'>>,
  result: ResultKind | undefined,
  env: Environment = {},
): GlobalOptions {
  const { 'write-out': format, ids, root, timeout = UTL_GLOBAL_FLAGS.timeout.defaultValue } = given;
  const flags = {
    ...(result !== undefined && {
      ...(format !== undefined && { 'write-out': format }),
      ...valuesFromEnvironment({ ids: GLOBAL_FLAGS.ids }, given, env),
      ...(ids !== undefined && { ids }),
    }),
    ...(root !== undefined && { root }),
  };
  return { ...resolveGlobals(flags, {}, () => undefined, { result }), lockTimeoutMs: timeout };
}

const NODE_FLAGS = Object.entries<FlagTable[string]>(GLOBAL_FLAGS)
  .filter(([, { isForNode }]) => isForNode)
  .map(([name]) => name as keyof GlobalFlagValues);

/** The global options of a command that makes no calls: it looks at this node, or at files. */
export function resolveNodeGlobals(given: Partial<GlobalFlagValues>, env: Environment): GlobalOptions {
  const flags = NODE_FLAGS.filter((name) => name in given).map((name) => [name, given[name]]);
  const variables = NODE_FLAGS.map(variableName).map((name) => [name, env[name]]);
  return resolveGlobals(Object.fromEntries(flags), Object.fromEntries(variables), () => undefined);
}

function trimmed(list: readonly string[]): string[] {
  return list.map((each) => each.trim());
}

function toFormat(name: string, result: ResultKind | undefined): OutputFormat {
  const formats = formatsOf(result);
  const format = formats.find((each) => each === name);
  if (format !== undefined) return format;
  throw new UsageError('unsupported output format', 'choice', {
    reasons: [`--write-out must be one of ${formats.join(', ')}`],
  });
}

function toIdFormat(name: string): (typeof ID_FORMATS)[number] {
  const format = ID_FORMATS.find((each) => each === name);
  if (format !== undefined) return format;
  throw new UsageError('unsupported format of ids', 'flag', {
    reasons: [`--ids must be ${ID_FORMATS.join(' or ')}`],
  });
}

/** How to name one endpoint when the list does not come from the command line: there, a flag and its variable exclude each other. */
function adviceOnEndpoints(sources: GatheredValues): string | undefined {
  const origin = originOf('endpoints', sources);
  if (origin === undefined || origin === 'flag') return undefined;
  if (!('endpoints' in sources.fromVariables))
    return `the endpoints come from ${origin}: choose one with --endpoints URL`;
  const variable = variableName('endpoints');
  return sources.flagsWin
    ? `the endpoints come from ${variable}: choose one with --endpoints URL`
    : `the endpoints come from ${variable}: unset it, or set ${FLAGS_WIN}=true, and choose one with --endpoints URL`;
}
