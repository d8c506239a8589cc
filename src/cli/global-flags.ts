import { OUTPUT_FORMATS } from '../printers/printer.js';
import { boolFlag, durationFlag, type FlagValues, intFlag, stringFlag, stringSliceFlag } from './flags.js';

/** The values of `--ids`. */
export const ID_FORMATS = ['number', 'string'] as const;

/** The flags that every command accepts, with etcdctl 3.7.1's names and defaults. */
export const GLOBAL_FLAGS = {
  endpoints: stringSliceFlag(
    ['127.0.0.1:2379'],
    'endpoints of the cluster as host:port or URL, comma-separated',
    { candidates: 'endpoint' },
  ),
  cacert: stringFlag('', "file with the CA certificates that verify the servers' certificates"),
  cert: stringFlag('', 'client certificate file'),
  key: stringFlag('', 'private key file of the client certificate'),
  'insecure-transport': boolFlag(
    true,
    'connect without TLS unless a TLS flag is given; http:// or https:// of the first endpoint has precedence',
  ),
  'insecure-skip-tls-verify': boolFlag(
    false,
    "skip the verification of the servers' certificates; for tests only",
  ),
  'insecure-discovery': boolFlag(true, 'accept http:// endpoints from DNS discovery'),
  'discovery-srv': stringFlag('', 'domain whose SRV records list the endpoints', { short: 'd' }),
  'discovery-srv-name': stringFlag('', 'suffix of the SRV service name for DNS discovery'),
  user: stringFlag('', 'user to authenticate as: name or name:password; prompts for a missing password'),
  password: stringFlag('', 'password for --user, which is then the name only'),
  'password-file': stringFlag('', 'file with the password for --user; - reads standard input', {
    isAddition: true,
  }),
  'user-file': stringFlag(
    '',
    'file with name:password of the user to authenticate as; - reads standard input',
    {
      isAddition: true,
    },
  ),
  'auth-jwt-token': stringFlag('', 'token to authenticate with instead of a user and password'),
  'dial-timeout': durationFlag(
    2000,
    'timeout for the login with a user and password, including the time to connect; 0: no limit',
  ),
  'command-timeout': durationFlag(
    5000,
    'timeout of each call of a short-running command, including the time to connect',
  ),
  'keepalive-time': durationFlag(
    2000,
    'interval of keepalive pings while a call is open, at least 10s; 0: none',
  ),
  'keepalive-timeout': durationFlag(6000, 'time to wait for the answer to a keepalive ping; 0: 20s'),
  'max-request-bytes': intFlag(0, 'maximum size of a request; 0: 2 MiB'),
  'max-recv-bytes': intFlag(0, 'maximum size of a response; 0: 2 GiB - 1'),
  'write-out': stringFlag('simple', 'output format', { short: 'w', choices: OUTPUT_FORMATS }),
  ids: stringFlag('number', 'how -w json writes 64-bit ids and revisions; text survives readers such as jq', {
    choices: ID_FORMATS,
    isAddition: true,
  }),
  profile: stringFlag('', 'name of a file with values for these flags; see etcdctl profile --help', {
    candidates: 'profile',
    isAddition: true,
  }),
  local: boolFlag(false, 'use the etcd of this node: its endpoint, and TLS files for a client', {
    isAddition: true,
  }),
  root: stringFlag('/', 'directory to look for the etcd of --local in, such as a mounted system', {
    isAddition: true,
  }),
  hex: boolFlag(false, 'print bytes and IDs in hexadecimal, where the format supports it'),
  debug: boolFlag(false, 'print the values of the global flags to stderr, with secrets masked'),
};

export type GlobalFlagValues = FlagValues<typeof GLOBAL_FLAGS>;

/** The flags that all of etcdutl's commands accept. */
export const UTL_GLOBAL_FLAGS = {
  timeout: durationFlag(10_000, 'time to wait for the lock of a database file; 0: no limit'),
  'write-out': stringFlag('simple', 'output format', { short: 'w', choices: OUTPUT_FORMATS }),
};

export type UtlGlobalFlagValues = FlagValues<typeof UTL_GLOBAL_FLAGS>;
