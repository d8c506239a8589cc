import { OUTPUT_FORMATS } from '../printers/printer.js';
import { boolFlag, durationFlag, type FlagValues, intFlag, stringFlag, stringSliceFlag } from './flags.js';

/** The flags that every command accepts, with etcdctl 3.7.1's names and defaults. */
export const GLOBAL_FLAGS = {
  endpoints: stringSliceFlag(
    ['127.0.0.1:2379'],
    'members to talk to, as host:port or URL, separated by commas',
  ),
  cacert: stringFlag('', "file of CA certificates that the servers' certificates are verified with"),
  cert: stringFlag('', 'file of the client certificate'),
  key: stringFlag('', 'file of the private key to the client certificate'),
  'insecure-transport': boolFlag(
    true,
    'talk plain text unless a TLS flag or an https:// endpoint says otherwise',
  ),
  'insecure-skip-tls-verify': boolFlag(false, "do not verify the servers' certificates; for tests only"),
  'insecure-discovery': boolFlag(true, 'also accept http:// endpoints from DNS discovery'),
  'discovery-srv': stringFlag('', 'domain whose SRV records name the endpoints', { short: 'd' }),
  'discovery-srv-name': stringFlag('', 'service name to ask for in DNS discovery'),
  user: stringFlag('', 'log in as name or name:password; the password is asked for when missing'),
  password: stringFlag('', 'password of --user, which then is a name alone'),
  'auth-jwt-token': stringFlag('', 'token to authenticate with, instead of user and password'),
  'dial-timeout': durationFlag(2000, 'how long to wait for a connection'),
  'command-timeout': durationFlag(5000, 'how long short commands may take, connecting not included'),
  'keepalive-time': durationFlag(2000, 'how often an idle connection is probed'),
  'keepalive-timeout': durationFlag(6000, 'how long to wait for the answer to a probe'),
  'max-request-bytes': intFlag(0, 'largest request to send; 0 means 2 MiB'),
  'max-recv-bytes': intFlag(0, 'largest response to accept; 0 means 2 GiB - 1'),
  'write-out': stringFlag('simple', 'output format', { short: 'w', choices: OUTPUT_FORMATS }),
  hex: boolFlag(false, 'print bytes and ids in hexadecimal, where the format can'),
  debug: boolFlag(false, 'tell on stderr what the client does'),
};

export type GlobalFlagValues = FlagValues<typeof GLOBAL_FLAGS>;
