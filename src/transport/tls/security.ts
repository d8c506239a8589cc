import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import { UsageError } from '../../model/errors.js';
import type { TlsOptions } from '../connection.js';
import { listed, TLS_FLAG_NAMES, type TlsFlagNames } from './flag-names.js';
import { type KeyPair, readAuthorities, readKeyPair } from './pem.js';
import { systemRoots } from './system-roots.js';

/** What the scheme of an endpoint says about TLS; `as-configured`: TLS when the flags ask for it. */
export type Encryption = 'required' | 'none' | 'as-configured';

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
 * Reads what the flags name, whether or not the endpoint will use it, as etcdctl does (client/v3/config.go `newTLSConfig`).
 * @param encryption of the first endpoint, which decides for all (client/v3/client.go `dialWithBalancer`)
 * @throws UsageError naming the file that is at fault
 */
export async function loadSecurity(options: TlsOptions, encryption: Encryption): Promise<Security> {
  const { caFile, serverName, flagNames = TLS_FLAG_NAMES } = options;
  const keyPair = await loadKeyPair(options, flagNames);
  const authorities = caFile ? await readAuthorities(caFile, flagNames) : undefined;
  if (!usesTls(options, encryption)) return { kind: 'plaintext' };
  const isVerified = !options.insecureSkipVerify;
  if (isVerified && authorities?.length === 0) {
    // etcdctl would try in vain until the deadline.
    const reasons = [
      `${caFile} holds no PEM certificate: ${flagNames.ca} needs the authority that signed the server's`,
    ];
    throw new UsageError(`no certificate in ${caFile}`, 'arguments', { reasons });
  }
  const ca = authorities ?? (isVerified ? await systemRoots(options.systemRoots) : undefined);
  return {
    kind: 'tls',
    context: secureContext({ ca, keyPair, flagNames }),
    serverName: serverName || undefined,
    isVerified,
  };
}

function usesTls(options: TlsOptions, encryption: Encryption): boolean {
  if (encryption !== 'as-configured') return encryption === 'required';
  const { caFile, certFile, keyFile, serverName, insecureTransport, insecureSkipVerify } = options;
  return Boolean(caFile || certFile || keyFile || serverName) || !insecureTransport || insecureSkipVerify;
}

async function loadKeyPair(
  { certFile = '', keyFile = '' }: TlsOptions,
  flagNames: TlsFlagNames,
): Promise<KeyPair | undefined> {
  if (!certFile && !keyFile) return undefined;
  if (!certFile || !keyFile) {
    throw new UsageError(
      `KeyFile and CertFile must both be present[key: ${keyFile}, cert: ${certFile}]`,
      'arguments',
      {
        reasons: [
          `${flagNames.cert} and ${flagNames.key} go together: ${certFile ? flagNames.key : flagNames.cert} is missing`,
        ],
      },
    );
  }
  return readKeyPair(certFile, keyFile, flagNames);
}

interface ContextParts {
  readonly ca: string | string[] | undefined;
  readonly keyPair: KeyPair | undefined;
  readonly flagNames: TlsFlagNames;
}

function secureContext({ ca, keyPair, flagNames }: ContextParts): SecureContext {
  const options: SecureContextOptions = { minVersion: 'TLSv1.2' };
  if (ca !== undefined) options.ca = ca;
  if (keyPair) Object.assign(options, keyPair);
  try {
    return createSecureContext(options);
  } catch (cause) {
    const reasons = [`the TLS library refuses the certificates given with ${listed(flagNames)}`];
    throw new UsageError(`tls: ${(cause as Error).message}`, 'arguments', { reasons });
  }
}
