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

/** The user to authenticate as. */
export interface User {
  readonly username: string;
  /** `undefined`: the program prompts for it. With an empty password, etcdctl does not authenticate at all. */
  readonly password?: string;
}

/** The global flags and variables of one run, checked. */
export interface GlobalOptions {
  /** Has credentials if a token is given, or a user name and a password that are both not empty. */
  readonly connection: Omit<ConnectionOptions, 'callTimeoutMs'>;
  /** DNS discovery. The endpoints that it finds, if any, replace those of `connection`. */
  readonly discovery?: DiscoveryOptions;
  /** `undefined` without `--user`, and when a token is given. */
  readonly user: User | undefined;
  readonly format: OutputFormat;
  readonly hex: boolean;
  /** Lines for stderr with the value of every global flag, secrets masked; empty without `--debug`. */
  readonly debugLines: readonly string[];
  readonly commandTimeoutMs: number;
  /** Whether the flag or its variable is set. */
  readonly commandTimeoutGiven: boolean;
  /** How long to wait for the lock of a database file; 0: no limit. */
  readonly lockTimeoutMs: number;
}

/**
 * Merges the global flags with the environment, and checks them in the order of etcdctl. Calls `warn` with a line for
 * each unknown variable. Throws a `UsageError`, or a `ConnectionError` when there is no endpoint.
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
    debugLines: values.debug ? debugLines(values) : [],
    commandTimeoutMs: values['command-timeout'],
    commandTimeoutGiven: 'command-timeout' in given || 'command-timeout' in fromVariables,
    lockTimeoutMs: UTL_GLOBAL_FLAGS.timeout.defaultValue,
  };
}

/** The global options of a command that works on files. The output format is checked only if the command prints a result. */
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
    // The certificates of discovered servers are verified by host name, not by domain (grpc-go credentials/tls.go
    // `ClientHandshake`).
    insecureTransport: values['insecure-transport'] && (discovery === undefined || discovery.insecure),
    insecureSkipVerify: values['insecure-skip-tls-verify'],
  };
}

/** The system's root certificates, if not at the default paths: the variables of Go's crypto/x509. For every command set. */
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

/** The upper-case variables have precedence, as in Go (golang.org/x/net/http/httpproxy `FromEnvironment`). */
function proxySettings(env: Environment): ProxySettings {
  const http = env.HTTP_PROXY || env.http_proxy;
  const https = env.HTTPS_PROXY || env.https_proxy;
  const noProxy = env.NO_PROXY || env.no_proxy;
  return {
    ...(http && { http }),
    ...(https && { https }),
    ...(noProxy && { noProxy }),
    ...systemRootsOf(env),
  };
}

/** With `--password`, `--user` is the user name only. Without it, `--user` may be `name:password`, split at the first colon. */
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

/** `ETCDCTL_DIAL_TIMEOUT=2s`, sorted by flag. Secrets are masked, unlike in etcdctl: stderr may go to a log. */
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
 * The endpoints of a list, trimmed. An invalid endpoint beside valid ones is kept, such as the empty one after a trailing comma: the
 * connection skips it. Throws a `ConnectionError` for an empty list (status 2, as in etcdctl), and a `UsageError` when all endpoints
 * are invalid (status 1; etcdctl tries them until its deadline).
 */
export function checkedEndpoints(list: readonly string[]): string[] {
  const endpoints = list.map((each) => each.trim());
  // etcdctl formats and parses the list again: a list of one empty string becomes an empty list.
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

/** Why the endpoint is certainly invalid; `undefined` when it may be valid. */
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
