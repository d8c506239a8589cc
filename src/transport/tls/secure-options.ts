import type { ConnectionOptions } from 'node:tls';
import type { TlsSecurity } from './security.js';
import { checkIdentity, sentName } from './server-identity.js';

export type SecureOptions = Pick<
  ConnectionOptions,
  'secureContext' | 'rejectUnauthorized' | 'servername' | 'checkServerIdentity'
>;

/** What Node's TLS needs to know so that the server at this host is verified as the flags want it. */
export function secureOptions(security: TlsSecurity, host: string): SecureOptions {
  const name = security.serverName ?? host;
  return {
    secureContext: security.context,
    // Said explicitly, so that NODE_TLS_REJECT_UNAUTHORIZED has no say.
    rejectUnauthorized: security.isVerified,
    servername: sentName(name),
    checkServerIdentity: (_sentName, certificate) => checkIdentity(name, certificate),
  };
}
