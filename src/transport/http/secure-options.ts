import type { RequestOptions } from 'node:https';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { Security } from '../tls/security.js';
import { checkIdentity } from '../tls/server-identity.js';

export type SecureOptions = RequestOptions & Pick<ConnectionOptions, 'secureContext'>;

/** What Node's https needs to know so that the server at this host is verified as the flags want it. */
export function secureOptions(security: Extract<Security, { kind: 'tls' }>, host: string): SecureOptions {
  const name = security.serverName ?? host;
  return {
    secureContext: security.context,
    rejectUnauthorized: security.isVerified,
    // RFC 6066 has no IP addresses there.
    servername: isIP(name) ? '' : name,
    checkServerIdentity: (_sentName, certificate) => checkIdentity(name, certificate),
  };
}
