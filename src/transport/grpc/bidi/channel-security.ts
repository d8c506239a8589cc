import { type ChannelCredentials, type ChannelOptions, credentials } from '@grpc/grpc-js';
import type { Security } from '../../tls/security.js';
import { checkIdentity, isIpAddress } from '../../tls/server-identity.js';

/**
 * TLS sends the wanted name in clear (SNI), and RFC 6066 forbids IP addresses there: Node.js warns (DEP0123) or throws. grpc-js
 * always sends one, so an endpoint that is an IP address sends this name, which by RFC 6761 can be nobody's. Servers answer it like
 * a missing name, with their default certificate; what that must carry is the IP address, see `checkIdentity`.
 */
const SNI_OF_IP_ADDRESSES = 'ip-address.invalid';

/** What grpc-js needs to secure the connection to one host. */
export function channelSecurity(
  security: Security,
  host: string,
): { credentials: ChannelCredentials; options: ChannelOptions } {
  if (security.kind === 'plaintext') return { credentials: credentials.createInsecure(), options: {} };
  const name = security.serverName ?? host;
  return {
    credentials: credentials.createFromSecureContext(security.context, {
      // Said explicitly, so that NODE_TLS_REJECT_UNAUTHORIZED has no say.
      rejectUnauthorized: security.isVerified,
      checkServerIdentity: (_sentName, certificate) => checkIdentity(name, certificate),
    }),
    options: { 'grpc.ssl_target_name_override': isIpAddress(name) ? SNI_OF_IP_ADDRESSES : name },
  };
}
