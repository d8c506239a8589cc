import { V2_OUTPUT_FORMATS } from '../../printers/v2/printer.js';
import { boolFlag, durationFlag, type FlagValues, stringFlag } from '../flags.js';

/** The flags that stand before the name of a version 2 command, with etcdctl 3.5's names and defaults. */
export const V2_GLOBAL_FLAGS = {
  debug: boolFlag(false, 'print each request to stderr as a curl command'),
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
  timeout: durationFlag(2000, 'timeout of one request'),
  'total-timeout': durationFlag(5000, 'timeout of the command, except for watches'),
};

/** Accepted by the program, every family and every command. */
export const HELP_FLAG = { help: boolFlag(false, 'show this help', { short: 'h' }) };
/** Accepted by the program. */
export const VERSION_FLAG = { version: boolFlag(false, 'print the version', { short: 'v' }) };

export type V2GlobalFlagValues = FlagValues<typeof V2_GLOBAL_FLAGS>;
