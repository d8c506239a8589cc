import { UsageError } from '../model/errors.js';
import { OUTPUT_FORMATS, type OutputFormat } from '../printers/printer.js';
import type { ConnectionOptions, Credentials, TlsOptions } from '../transport/connection.js';
import type { ProxySettings } from '../transport/proxy.js';
import { checkedEndpoints } from './endpoints.js';
import {
  type Environment,
  unknownVariableWarnings,
  valuesFromEnvironment,
  variableName,
} from './environment.js';
import type { FlagTable } from './flags.js';
import { GLOBAL_FLAGS, type GlobalFlagValues } from './global-flags.js';
import { UTL_GLOBAL_FLAGS, type UtlGlobalFlagValues } from './utl-global-flags.js';

/** Whom to log in as. */
export interface User {
  readonly username: string;
  /** Missing: to be asked for. An empty one means that etcdctl does not log in at all. */
  readonly password?: string;
}

/** DNS discovery replaces the endpoints when it finds any. */
export interface Discovery {
  readonly domain: string;
  /** Empty: the plain service name. */
  readonly serviceName: string;
  /** False: `http://` endpoints are dropped, and certificates must be valid for the domain. */
  readonly insecure: boolean;
}

/** The global flags and variables of one run, checked. */
export interface GlobalOptions {
  /** Holds credentials for a token, or a name and password that are both known and not empty. */
  readonly connection: Omit<ConnectionOptions, 'callTimeoutMs'>;
  /** Trimmed; the same as the connection's. Unchecked and possibly empty with discovery. */
  readonly endpointsFlag: readonly string[];
  readonly discovery?: Discovery;
  /** `undefined` also when a token stands in for it. */
  readonly user: User | undefined;
  readonly format: OutputFormat;
  readonly hex: boolean;
  readonly debug: boolean;
  /** Lines for stderr with the value of every global flag, secrets masked; empty without `--debug`. */
  readonly debugLines: readonly string[];
  readonly commandTimeoutMs: number;
  /** Whether flag or variable stated it. */
  readonly commandTimeoutGiven: boolean;
  /** How long to wait until a server leaves a database file alone; 0: for ever. */
  readonly lockTimeoutMs: number;
}

/**
 * Merges flags with the environment, by etcdctl's rules and in its order. Unknown variables are passed to `warn`, a
 * line each. Throws a `UsageError`, or a `ConnectionError` when there is no endpoint.
 */
export function resolveGlobals(
  given: Partial<GlobalFlagValues>,
  env: Environment,
  warn: (line: string) => void,
): GlobalOptions {
  const fromVariables = valuesFromEnvironment(GLOBAL_FLAGS, given, env);
  for (const line of unknownVariableWarnings(GLOBAL_FLAGS, env)) warn(line);
  const values = { ...DEFAULTS, ...fromVariables, ...given } as GlobalFlagValues;
  const discovery = toDiscovery(values);
  const tls = { ...toTlsOptions(values, given, discovery), ...systemRootsOf(env) };
  const format = toFormat(values['write-out']);
  const endpoints = discovery === undefined ? checkedEndpoints(values.endpoints) : trimmed(values.endpoints);
  const user = toUser(values);
  const credentials = toCredentials(values['auth-jwt-token'], user);
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
    endpointsFlag: endpoints,
    ...(discovery && { discovery }),
    user,
    format,
    hex: values.hex,
    debug: values.debug,
    debugLines: values.debug ? debugLines(values) : [],
    commandTimeoutMs: values['command-timeout'],
    commandTimeoutGiven: 'command-timeout' in given || 'command-timeout' in fromVariables,
    lockTimeoutMs: UTL_GLOBAL_FLAGS.timeout.defaultValue,
  };
}

/** What counts for a command that works on files. The output format is not even looked at when nothing is printed. */
export function resolveFileGlobals(
  given: Partial<UtlGlobalFlagValues>,
  printsResult: boolean,
): GlobalOptions {
  const { 'write-out': format, timeout = UTL_GLOBAL_FLAGS.timeout.defaultValue } = given;
  const formatFlag = printsResult && format !== undefined ? { 'write-out': format } : {};
  return { ...resolveGlobals(formatFlag, {}, () => undefined), lockTimeoutMs: timeout };
}

const DEFAULTS: Readonly<Record<string, unknown>> = Object.fromEntries(
  Object.entries(GLOBAL_FLAGS).map(([name, flag]) => [name, flag.defaultValue]),
);

function trimmed(list: readonly string[]): string[] {
  return list.map((each) => each.trim());
}

function toDiscovery(values: GlobalFlagValues): Discovery | undefined {
  const domain = values['discovery-srv'];
  if (domain === '') return undefined;
  return { domain, serviceName: values['discovery-srv-name'], insecure: values['insecure-discovery'] };
}

function toTlsOptions(
  values: GlobalFlagValues,
  given: Partial<GlobalFlagValues>,
  discovery: Discovery | undefined,
): TlsOptions {
  for (const name of ['cert', 'key', 'cacert'] as const) {
    if (given[name] === '') throw new UsageError(`empty string is passed to --${name} option`);
  }
  return {
    ...(values.cacert !== '' && { caFile: values.cacert }),
    ...(values.cert !== '' && { certFile: values.cert }),
    ...(values.key !== '' && { keyFile: values.key }),
    // The servers found are verified by their own names, not by the domain's (grpc-go credentials/tls.go `ClientHandshake`).
    insecureTransport: values['insecure-transport'] && (discovery === undefined || discovery.insecure),
    insecureSkipVerify: values['insecure-skip-tls-verify'],
  };
}

/** Where Go programs, too, are told to look (crypto/x509). */
/** Where this machine's authorities are, when not in the usual places; for every command set. */
export function systemRootsOf({
  SSL_CERT_FILE: file = '',
  SSL_CERT_DIR: folders = '',
}: Environment): Pick<TlsOptions, 'systemRoots'> {
  if (file === '' && folders === '') return {};
  return {
    systemRoots: {
      ...(file !== '' && { file }),
      ...(folders !== '' && { folders: folders.split(':') }),
    },
  };
}

/** Upper case goes first, as in Go. */
function proxySettings(env: Environment): ProxySettings {
  const http = env.HTTP_PROXY || env.http_proxy;
  const https = env.HTTPS_PROXY || env.https_proxy;
  const exceptions = env.NO_PROXY || env.no_proxy;
  return { ...(http && { http }), ...(https && { https }), ...(exceptions && { exceptions }) };
}

/** `--password` makes `--user` a name as a whole; else the first colon ends the name. */
function toUser({ user, password, 'auth-jwt-token': token }: GlobalFlagValues): User | undefined {
  if (token !== '' || user === '') return undefined;
  if (password !== '') return { username: user, password };
  const colonAt = user.indexOf(':');
  if (colonAt < 0) return { username: user };
  return { username: user.slice(0, colonAt), password: user.slice(colonAt + 1) };
}

function toCredentials(token: string, user: User | undefined): Credentials | undefined {
  if (token !== '') return { kind: 'token', token };
  if (!user?.username || !user.password) return undefined;
  return { kind: 'password', username: user.username, password: user.password };
}

function toFormat(name: string): OutputFormat {
  const format = OUTPUT_FORMATS.find((each) => each === name);
  if (format !== undefined) return format;
  throw new UsageError('unsupported output format', 'choice', {
    reasons: [`--write-out must be one of ${OUTPUT_FORMATS.join(', ')}`],
  });
}

const MASK = '********';

/** `ETCDCTL_DIAL_TIMEOUT=2s`, sorted by flag. etcdctl shows passwords here; no log should hold them. */
function debugLines(values: GlobalFlagValues): string[] {
  const shown: Record<string, unknown> = {
    ...values,
    user: values.user.replace(/:.*$/s, `:${MASK}`),
    password: values.password && MASK,
    'auth-jwt-token': values['auth-jwt-token'] && MASK,
  };
  const table: FlagTable = GLOBAL_FLAGS;
  return Object.entries(table)
    .map(([name, flag]) => `${variableName(name)}=${flag.kind.format(shown[name])}`)
    .sort((a, b) => (a < b ? -1 : 1));
}
