import { isIP } from 'node:net';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import { type ChannelCredentials, type ChannelOptions, credentials } from '@grpc/grpc-js';
import { UsageError } from '../../model/errors.js';
import type { TlsOptions } from '../connection.js';
import type { Encryption } from './endpoint.js';
import { type KeyPair, readAuthorities, readKeyPair } from './pem.js';
import { checkIdentity } from './server-identity.js';
import { systemRoots } from './system-roots.js';

/** How all connections of a client are secured. */
export type Security =
  | { readonly kind: 'plaintext' }
  | {
      readonly kind: 'tls';
      readonly context: SecureContext;
      /** Verified instead of the endpoint's host. */
      readonly serverName: string | undefined;
      readonly isVerified: boolean;
    };

/**
 * TLS sends the wanted name in clear (SNI), and RFC 6066 forbids IP addresses there: Node.js warns (DEP0123) or throws. grpc-js
 * always sends one, so an endpoint that is an IP address sends this name, which by RFC 6761 can be nobody's. Servers answer it like
 * a missing name, with their default certificate; what that must carry is the IP address, see `checkIdentity`.
 */
const SNI_OF_IP_ADDRESSES = 'ip-address.invalid';

/**
 * Reads what the flags name, whether or not the endpoint will use it, as etcdctl does (client/v3/config.go `newTLSConfig`).
 * @param encryption of the first endpoint, which decides for all (client/v3/client.go `dialWithBalancer`)
 * @throws UsageError naming the file that is at fault
 */
export async function loadSecurity(options: TlsOptions, encryption: Encryption): Promise<Security> {
  const { caFile, certFile, keyFile, serverName } = options;
  const keyPair = await loadKeyPair(certFile, keyFile);
  const authorities = caFile ? await readAuthorities(caFile) : undefined;
  if (!usesTls(options, encryption)) return { kind: 'plaintext' };
  const isVerified = !options.insecureSkipVerify;
  if (isVerified && authorities?.length === 0) {
    // etcdctl would try in vain until the deadline.
    const reasons = [
      `${caFile} holds no PEM certificate: --cacert needs the authority that signed the server's`,
    ];
    throw new UsageError(`no certificate in ${caFile}`, 'arguments', { reasons });
  }
  const ca = authorities ?? (isVerified ? await systemRoots(options.systemRoots) : undefined);
  return {
    kind: 'tls',
    context: secureContext(ca, keyPair),
    serverName: serverName || undefined,
    isVerified,
  };
}

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
    options: { 'grpc.ssl_target_name_override': isIP(name) ? SNI_OF_IP_ADDRESSES : name },
  };
}

function usesTls(options: TlsOptions, encryption: Encryption): boolean {
  if (encryption !== 'as-configured') return encryption === 'required';
  const { caFile, certFile, keyFile, serverName, insecureTransport, insecureSkipVerify } = options;
  return Boolean(caFile || certFile || keyFile || serverName) || !insecureTransport || insecureSkipVerify;
}

async function loadKeyPair(certFile = '', keyFile = ''): Promise<KeyPair | undefined> {
  if (!certFile && !keyFile) return undefined;
  if (!certFile || !keyFile) {
    throw new UsageError(
      `KeyFile and CertFile must both be present[key: ${keyFile}, cert: ${certFile}]`,
      'arguments',
      {
        reasons: [`--cert and --key go together: ${certFile ? '--key' : '--cert'} is missing`],
      },
    );
  }
  return readKeyPair(certFile, keyFile);
}

function secureContext(ca: string | string[] | undefined, keyPair: KeyPair | undefined): SecureContext {
  const options: SecureContextOptions = { minVersion: 'TLSv1.2' };
  if (ca !== undefined) options.ca = ca;
  if (keyPair) Object.assign(options, keyPair);
  try {
    return createSecureContext(options);
  } catch (cause) {
    const reasons = ['the TLS library refuses the certificates given with --cacert, --cert and --key'];
    throw new UsageError(`tls: ${(cause as Error).message}`, 'arguments', { reasons });
  }
}
