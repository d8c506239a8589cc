import { OUTPUT_FORMATS } from '../printers/printer.js';
import {
  boolFlag,
  type Contents,
  durationFlag,
  type Flag,
  type FlagExtras,
  type FlagValues,
  intFlag,
  stringFlag,
  stringSliceFlag,
} from './flags.js';

/** The values of `--ids`. */
export const ID_FORMATS = ['number', 'string'] as const;

type TextFlag = Flag<string> & { readonly holds: Contents };

/** A global flag whose value is text says what the text is, so that no secret is printed because that was forgotten. */
type GlobalFlag = TextFlag | Flag<boolean> | Flag<number> | Flag<readonly string[]>;

function textOf(holds: Contents) {
  return (defaultValue: string, summary: string, extras: Omit<FlagExtras, 'holds'> = {}): TextFlag => ({
    ...stringFlag(defaultValue, summary, extras),
    holds,
  });
}

const plainFlag = textOf('plain');
const pathFlag = textOf('path');
const loginFlag = textOf('login');
const secretFlag = textOf('secret');

/** The flags that every command accepts, with etcdctl 3.7.1's names and defaults. */
export const GLOBAL_FLAGS = {
  endpoints: stringSliceFlag(
    ['127.0.0.1:2379'],
    'endpoints of the cluster as host:port or URL, comma-separated',
    { candidates: 'endpoint', isConnection: true },
  ),
  cacert: pathFlag('', "file with the CA certificates that verify the servers' certificates", {
    isConnection: true,
  }),
  cert: pathFlag('', 'client certificate file', { isConnection: true }),
  key: pathFlag('', 'private key file of the client certificate', { isConnection: true }),
  'insecure-transport': boolFlag(
    true,
    'connect without TLS unless a TLS flag is given; http:// or https:// of the first endpoint has precedence',
    { isConnection: true },
  ),
  'insecure-skip-tls-verify': boolFlag(
    false,
    "skip the verification of the servers' certificates; for tests only",
    { isConnection: true },
  ),
  'insecure-discovery': boolFlag(true, 'accept http:// endpoints from DNS discovery', { isConnection: true }),
  'discovery-srv': plainFlag('', 'domain whose SRV records list the endpoints', {
    short: 'd',
    isConnection: true,
  }),
  'discovery-srv-name': plainFlag('', 'suffix of the SRV service name for DNS discovery', {
    isConnection: true,
  }),
  user: loginFlag('', 'user to authenticate as: name or name:password; prompts for a missing password', {
    isConnection: true,
  }),
  password: secretFlag('', 'password for --user, which is then the name only'),
  'password-file': pathFlag('', 'file with the password for --user; - reads standard input', {
    isAddition: true,
    isConnection: true,
  }),
  'user-file': pathFlag(
    '',
    'file with name:password of the user to authenticate as; - reads standard input',
    {
      isAddition: true,
      isConnection: true,
    },
  ),
  'auth-jwt-token': secretFlag('', 'token to authenticate with instead of a user and password'),
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
  'write-out': plainFlag('simple', 'output format', { short: 'w', choices: OUTPUT_FORMATS, isForNode: true }),
  ids: plainFlag('number', 'how -w json writes 64-bit ids and revisions; text survives readers such as jq', {
    choices: ID_FORMATS,
    isAddition: true,
    isForNode: true,
  }),
  profile: plainFlag('', 'name of a file with values for these flags; see etcdctl profile --help', {
    candidates: 'profile',
    isAddition: true,
    isConnection: true,
  }),
  local: boolFlag(false, 'use the etcd of this node: its endpoint, and TLS files for a client', {
    isAddition: true,
    isConnection: true,
  }),
  root: pathFlag('/', 'directory to look for the etcd of --local in, such as a mounted system', {
    isAddition: true,
    isConnection: true,
    isForNode: true,
  }),
  hex: boolFlag(false, 'print bytes and IDs in hexadecimal, where the format supports it', {
    isForNode: true,
  }),
  debug: boolFlag(false, 'print the values of the global flags to stderr, with secrets masked', {
    isForNode: true,
  }),
} satisfies Record<string, GlobalFlag>;

export type GlobalFlagValues = FlagValues<typeof GLOBAL_FLAGS>;

/** The flags that all of etcdutl's commands accept. */
export const UTL_GLOBAL_FLAGS = {
  timeout: durationFlag(10_000, 'time to wait for the lock of a database file; 0: no limit'),
  'write-out': stringFlag('simple', 'output format', { short: 'w', choices: OUTPUT_FORMATS }),
};

export type UtlGlobalFlagValues = FlagValues<typeof UTL_GLOBAL_FLAGS>;
