import { V2Failure } from '../../model/v2/errors.js';
import { V2_OUTPUT_FORMATS, type V2OutputFormat } from '../../printers/v2.js';
import type { TlsOptions } from '../../transport/connection.js';
import type { DiscoveryOptions } from '../../transport/discovery.js';
import { systemRootsOf } from '../connection-settings.js';
import type { Environment } from '../environment.js';
import { boolFlag, durationFlag, type FlagValues, stringFlag } from '../flags.js';
import type { NamedUser } from '../user.js';

/** The flags that stand before the name of a version 2 command, with etcdctl 3.5's names and defaults. */
export const V2_GLOBAL_FLAGS = {
  debug: boolFlag(false, 'print the endpoints and each request, as a curl command, to stderr'),
  'no-sync': boolFlag(false, 'use the given endpoints instead of the client URLs of the members'),
  output: stringFlag('simple', 'output format', { short: 'o', choices: V2_OUTPUT_FORMATS }),
  'discovery-srv': stringFlag('', 'domain whose SRV records list the endpoints', { short: 'D' }),
  'insecure-discovery': boolFlag(false, 'accept http:// endpoints from DNS discovery'),
  peers: stringFlag('', 'deprecated alias of --endpoints', { short: 'C' }),
  endpoint: stringFlag('', 'deprecated alias of --endpoints'),
  endpoints: stringFlag(
    '',
    'client URLs of members, comma-separated (default http://127.0.0.1:2379,http://127.0.0.1:4001)',
  ),
  'cert-file': stringFlag('', 'client certificate file'),
  'key-file': stringFlag('', 'private key file of the client certificate'),
  'ca-file': stringFlag('', "file with the CA certificates that verify the servers' certificates"),
  username: stringFlag('', 'user to authenticate as: name or name:password; prompts for a missing password', {
    short: 'u',
  }),
  timeout: durationFlag(
    2000,
    'timeout of one request until its response headers, except for watches; 0: no limit',
  ),
  'total-timeout': durationFlag(
    5000,
    'timeout for the list of members, then for the requests of the command; none for watches',
  ),
};

/** Accepted by the program, every family and every command. */
export const HELP_FLAG = { help: boolFlag(false, 'show this help', { short: 'h' }) };
/** Accepted by the program. */
export const VERSION_FLAG = { version: boolFlag(false, 'print the version', { short: 'v' }) };

export type V2GlobalFlagValues = FlagValues<typeof V2_GLOBAL_FLAGS>;

/** The global flags and variables of one version 2 command line. */
export interface V2GlobalOptions {
  /** As given; not checked yet. */
  readonly endpoints: readonly string[];
  readonly discovery: DiscoveryOptions | undefined;
  readonly tls: Omit<TlsOptions, 'insecureTransport'>;
  readonly user: NamedUser | undefined;
  readonly output: string;
  readonly isDebug: boolean;
  readonly syncs: boolean;
  /** The time limit until the response headers; 0: no limit. */
  readonly headerTimeoutMs: number;
  readonly totalTimeoutMs: number;
  readonly dialTimeoutMs: number;
}

const DEFAULT_ENDPOINTS = 'http://127.0.0.1:2379,http://127.0.0.1:4001';
const MAX_DIAL_MS = 30_000;
const TLS_FLAGS = { ca: '--ca-file', cert: '--cert-file', key: '--key-file' } as const;

/**
 * A variable is used when its flag is empty. Setting both is not an error, unlike in version 3 (ctlv2/command/util.go of
 * etcd 3.5).
 */
export function resolveV2Globals(given: Partial<V2GlobalFlagValues>, env: Environment): V2GlobalOptions {
  const values = { ...DEFAULTS, ...given } as V2GlobalFlagValues;
  const text = (flag: string, variable: string) => flag || (env[variable] ?? '');
  const endpoints =
    text(values.endpoints, 'ETCDCTL_ENDPOINTS') ||
    text(values.endpoint, 'ETCDCTL_ENDPOINT') ||
    text(values.peers, 'ETCDCTL_PEERS') ||
    DEFAULT_ENDPOINTS;
  const domain = text(values['discovery-srv'], 'ETCDCTL_DISCOVERY_SRV');
  const insecure = values['insecure-discovery'] || Boolean(env.ETCDCTL_INSECURE_DISCOVERY);
  const serviceName = env.ETCDCTL_DISCOVERY_SRV_NAME ?? '';
  const totalTimeoutMs = values['total-timeout'];
  return {
    endpoints: endpoints.split(','),
    discovery: domain === '' ? undefined : { domain, serviceName, insecure },
    tls: {
      caFile: text(values['ca-file'], 'ETCDCTL_CA_FILE'),
      certFile: text(values['cert-file'], 'ETCDCTL_CERT_FILE'),
      keyFile: text(values['key-file'], 'ETCDCTL_KEY_FILE'),
      serverName: insecure ? '' : domain,
      insecureSkipVerify: false,
      flagNames: TLS_FLAGS,
      ...systemRootsOf(env),
    },
    user: toUser(text(values.username, 'ETCDCTL_USERNAME')),
    output: values.output,
    isDebug: values.debug,
    syncs: !values['no-sync'],
    headerTimeoutMs: Math.max(values.timeout, 0),
    totalTimeoutMs,
    dialTimeoutMs: totalTimeoutMs > 0 ? Math.min(totalTimeoutMs, MAX_DIAL_MS) : MAX_DIAL_MS,
  };
}

const DEFAULTS: Readonly<Record<string, unknown>> = Object.fromEntries(
  Object.entries(V2_GLOBAL_FLAGS).map(([name, flag]) => [name, flag.defaultValue]),
);

/** `name:password`, split at the first colon; without a colon, the program prompts for the password. */
function toUser(text: string): NamedUser | undefined {
  if (text === '') return undefined;
  const colonAt = text.indexOf(':');
  if (colonAt < 0) return { username: text };
  return { username: text.slice(0, colonAt), password: text.slice(colonAt + 1) };
}

/** Throws a `V2Failure`. etcdctl runs the command, prints the error on stderr, and ends with status 0. */
export function toV2OutputFormat(name: string): V2OutputFormat {
  const format = V2_OUTPUT_FORMATS.find((each) => each === name);
  if (format !== undefined) return format;
  throw new V2Failure(`Unsupported output format: ${name}`, 'plain', {
    reasons: [`--output must be one of ${V2_OUTPUT_FORMATS.join(', ')}`],
  });
}
