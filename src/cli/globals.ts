import { bytesFromText } from '../go/bytes.js';
import { quoteGo } from '../go/quote.js';
import { ConnectionError, UsageError } from '../model/errors.js';
import { OUTPUT_FORMATS, type OutputFormat } from '../printers/printer.js';
import type { ConnectionOptions, Credentials, TlsOptions } from '../transport/connection.js';
import type { DiscoveryOptions } from '../transport/discovery.js';
import type { ProxySettings } from '../transport/proxy.js';
import {
  type Environment,
  unknownVariableWarnings,
  valuesFromEnvironment,
  variableName,
} from './environment.js';
import type { FlagTable } from './flags.js';
import {
  GLOBAL_FLAGS,
  type GlobalFlagValues,
  UTL_GLOBAL_FLAGS,
  type UtlGlobalFlagValues,
} from './global-flags.js';

/** Whom to log in as. */
export interface User {
  readonly username: string;
  /** Missing: to be asked for. An empty one means that etcdctl does not log in at all. */
  readonly password?: string;
}

/** The global flags and variables of one run, checked. */
export interface GlobalOptions {
  /** Holds credentials for a token, or a name and password that are both known and not empty. */
  readonly connection: Omit<ConnectionOptions, 'callTimeoutMs'>;
  /** Replaces the endpoints when it finds any. */
  readonly discovery?: DiscoveryOptions;
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

function toDiscovery(values: GlobalFlagValues): DiscoveryOptions | undefined {
  const domain = values['discovery-srv'];
  if (domain === '') return undefined;
  return { domain, serviceName: values['discovery-srv-name'], insecure: values['insecure-discovery'] };
}

function toTlsOptions(
  values: GlobalFlagValues,
  given: Partial<GlobalFlagValues>,
  discovery: DiscoveryOptions | undefined,
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

const MAX_PORT = 65535;

/**
 * The endpoints of a list, without surrounding blanks. One that cannot be reached, as the empty one behind a trailing comma, is for
 * the connection to pass over. Throws before anything connects: a `ConnectionError` for an empty list (etcdctl's status is 2), a
 * `UsageError` when none of them can be reached, which etcdctl would try in vain until its time is up (status 1).
 */
export function checkedEndpoints(list: readonly string[]): string[] {
  const endpoints = list.map((each) => each.trim());
  // etcdctl reads a list of one empty text back as an empty list.
  if (list.length === 0 || (list.length === 1 && list[0] === '')) {
    throw new ConnectionError('etcdclient: no available endpoints', {
      reasons: ['the list of endpoints is empty: set --endpoints or ETCDCTL_ENDPOINTS'],
    });
  }
  const problems = endpoints.map((_, index) => problemOf(endpoints, index));
  if (problems.every((problem) => problem !== undefined)) {
    const text = quoteGo(bytesFromText(list.join(',')));
    throw new UsageError(`invalid endpoints ${text}: ${problems[0]}`, 'flag');
  }
  return endpoints;
}

/** Why no server can be there, if that is certain. */
function problemOf(endpoints: readonly string[], index: number): string | undefined {
  const endpoint = endpoints[index] ?? '';
  if (endpoint === '') return `endpoint ${index + 1} of ${endpoints.length} is empty`;
  const port = portOf(endpoint);
  if (port === undefined || (port >= 1 && port <= MAX_PORT)) return undefined;
  return `port of ${endpoint} is not between 1 and ${MAX_PORT}`;
}

/** The number after the host; `undefined` for Unix sockets, names of services and endpoints without a port. */
function portOf(endpoint: string): number | undefined {
  if (/^unixs?:/i.test(endpoint)) return undefined;
  const match =
    /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[^/?#]*@)?(?:\[[^\]]*\]|[^:/?#[\]]*):([0-9]+)(?:[/?#].*)?$/i.exec(
      endpoint,
    );
  return match?.[1] === undefined ? undefined : Number(match[1]);
}
