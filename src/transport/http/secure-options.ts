import type { RequestOptions } from 'node:https';
import type { ConnectionOptions } from 'node:tls';
import type { TlsSecurity } from '../tls/security.js';
import { checkIdentity, sentName } from '../tls/server-identity.js';

export type SecureOptions = RequestOptions & Pick<ConnectionOptions, 'secureContext'>;

/** What Node's https needs to know so that the server at this host is verified as the flags want it. */
export function secureOptions(security: TlsSecurity, host: string): SecureOptions {
  const name = security.serverName ?? host;
  return {
    secureContext: security.context,
    rejectUnauthorized: security.isVerified,
    servername: sentName(name),
    checkServerIdentity: (_sentName, certificate) => checkIdentity(name, certificate),
  };
}
