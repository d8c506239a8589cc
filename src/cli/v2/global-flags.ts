import { V2_OUTPUT_FORMATS } from '../../printers/v2/printer.js';
import { boolFlag, durationFlag, type FlagValues, stringFlag } from '../flags.js';

/** The flags that stand before the name of a version 2 command, with etcdctl 3.5's names and defaults. */
export const V2_GLOBAL_FLAGS = {
  debug: boolFlag(false, 'show on stderr every request as a curl command'),
  'no-sync': boolFlag(false, 'use the given endpoints instead of the URLs that the members advertise'),
  output: stringFlag('simple', 'output format', { short: 'o', choices: V2_OUTPUT_FORMATS }),
  'discovery-srv': stringFlag('', 'domain whose SRV records name the endpoints', { short: 'D' }),
  'insecure-discovery': boolFlag(false, 'also accept http:// endpoints from DNS discovery'),
  peers: stringFlag('', 'an older name of --endpoints', { short: 'C' }),
  endpoint: stringFlag('', 'an older name of --endpoints'),
  endpoints: stringFlag(
    '',
    'URLs of members, separated by commas (default http://127.0.0.1:2379,http://127.0.0.1:4001)',
  ),
  'cert-file': stringFlag('', 'file of the client certificate'),
  'key-file': stringFlag('', 'file of the private key to the client certificate'),
  'ca-file': stringFlag('', "file of CA certificates that the servers' certificates are verified with"),
  username: stringFlag('', 'log in as name or name:password; the password is asked for when missing', {
    short: 'u',
  }),
  timeout: durationFlag(2000, 'how long to wait for the answer to one request'),
  'total-timeout': durationFlag(5000, 'how long a command may take, watches excepted'),
};

/** Accepted by the program, every family and every command. */
export const HELP_FLAG = { help: boolFlag(false, 'show this help', { short: 'h' }) };
/** Accepted by the program. */
export const VERSION_FLAG = { version: boolFlag(false, 'print the version', { short: 'v' }) };

export type V2GlobalFlagValues = FlagValues<typeof V2_GLOBAL_FLAGS>;
