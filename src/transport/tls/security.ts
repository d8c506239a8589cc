import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import { UsageError } from '../../model/errors.js';
import type { TlsOptions } from '../connection.js';
import { listed, TLS_FLAG_NAMES, type TlsFlagNames } from './flag-names.js';
import { type Authorities, type KeyPair, readAuthorities, readKeyPair, refusal } from './pem.js';
import { checkAuthorities, checkKeyPair } from './pem-check.js';
import { systemRoots } from './system-roots.js';

/** What the scheme of an endpoint says about TLS; `as-configured`: TLS when the flags ask for it. */
export type Encryption = 'required' | 'none' | 'as-configured';

/** How all connections of a client are secured. */
export type Security = { readonly kind: 'plaintext' } | TlsSecurity;

/** PEM, each as TLS libraries take it. */
export interface TlsMaterial {
  readonly ca?: string | string[];
  readonly cert?: string;
  readonly key?: string;
}

interface TlsFiles {
  readonly keyPair?: KeyPair;
  readonly authorities?: Authorities;
  /** PEM that is trusted where no file of authorities is given; none where nothing is verified. */
  readonly roots?: string | string[];
}

export interface TlsVerification {
  /** What the flags are called that name the files. */
  readonly flagNames: TlsFlagNames;
  /** Verified instead of the endpoint's host. */
  readonly serverName: string | undefined;
  readonly isVerified: boolean;
}

export class TlsSecurity {
  readonly kind = 'tls';
  readonly serverName: string | undefined;
  readonly isVerified: boolean;
  readonly #files: TlsFiles;
  readonly #flagNames: TlsFlagNames;
  #context: SecureContext | undefined;

  constructor(files: TlsFiles, { flagNames, serverName, isVerified }: TlsVerification) {
    this.#files = files;
    this.#flagNames = flagNames;
    this.serverName = serverName;
    this.isVerified = isVerified;
  }

  get material(): TlsMaterial {
    const { keyPair, authorities, roots } = this.#files;
    const ca = authorities?.certificates.map(({ text }) => text) ?? roots;
    return {
      ...(ca !== undefined && { ca }),
      ...(keyPair && {
        cert: keyPair.certificates.map(({ text }) => text).join('\n'),
        key: keyPair.key.text,
      }),
    };
  }

  /** For Node.js's TLS. @throws UsageError when the TLS library refuses the material */
  get context(): SecureContext {
    this.#context ??= this.#newContext();
    return this.#context;
  }

  /** @throws UsageError naming the file that is at fault */
  check(): void {
    checkFiles(this.#files);
    this.#context ??= this.#newContext();
  }

  #newContext(): SecureContext {
    try {
      const options = { minVersion: 'TLSv1.2', ...this.material } as SecureContextOptions;
      return createSecureContext(options);
    } catch (cause) {
      const reasons = [`the TLS library refuses the certificates given with ${listed(this.#flagNames)}`];
      throw new UsageError(`tls: ${(cause as Error).message}`, 'arguments', { reasons });
    }
  }
}

/**
 * When it is looked into what the files hold: it takes as long to load `node:crypto` as to make a call, and TLS libraries refuse most
 * of what is wrong by themselves, if in other words than Go's.
 */
export type CheckTime = 'at-once' | 'when-refused';

/**
 * Reads what the flags name, whether or not the endpoint will use it, as etcdctl does (client/v3/config.go `newTLSConfig`).
 * @param encryption of the first endpoint, which decides for all (client/v3/client.go `dialWithBalancer`)
 * @throws UsageError naming the file that is at fault
 */
export async function loadSecurity(
  options: TlsOptions,
  encryption: Encryption,
  checkTime: CheckTime = 'at-once',
): Promise<Security> {
  const { flagNames = TLS_FLAG_NAMES, serverName, insecureSkipVerify, systemRoots: places } = options;
  const files = readFiles(options, flagNames);
  const isTls = usesTls(options, encryption);
  const isChecked = checkTime === 'at-once' || !isTls || hasForeignBlocks(files);
  if (isChecked) checkFiles(files);
  if (!isTls) return { kind: 'plaintext' };
  if (!insecureSkipVerify && files.authorities?.certificates.length === 0) {
    // etcdctl would try in vain until the deadline.
    const reasons = [
      `${files.authorities.file} holds no PEM certificate: ${flagNames.ca} needs the authority that signed the server's`,
    ];
    throw new UsageError(`no certificate in ${files.authorities.file}`, 'arguments', { reasons });
  }
  const roots = files.authorities || insecureSkipVerify ? undefined : await systemRoots(places);
  const security = new TlsSecurity(
    { ...files, ...(roots !== undefined && { roots }) },
    { flagNames, serverName: serverName || undefined, isVerified: !insecureSkipVerify },
  );
  if (isChecked) void security.context;
  return security;
}

function usesTls(options: TlsOptions, encryption: Encryption): boolean {
  if (encryption !== 'as-configured') return encryption === 'required';
  const { caFile, certFile, keyFile, serverName, insecureTransport, insecureSkipVerify } = options;
  return Boolean(caFile || certFile || keyFile || serverName) || !insecureTransport || insecureSkipVerify;
}

function readFiles({ caFile, certFile = '', keyFile = '' }: TlsOptions, flagNames: TlsFlagNames): TlsFiles {
  const keyPair = certFile || keyFile ? readPair(certFile, keyFile, flagNames) : undefined;
  try {
    const authorities = caFile ? readAuthorities(caFile, flagNames) : undefined;
    return { ...(keyPair && { keyPair }), ...(authorities && { authorities }) };
  } catch (error) {
    // Of two things that are wrong the first is told.
    if (keyPair) checkKeyPair(keyPair);
    throw error;
  }
}

function readPair(certFile: string, keyFile: string, flagNames: TlsFlagNames): KeyPair {
  if (certFile && keyFile) return readKeyPair(certFile, keyFile, flagNames);
  const missing = certFile ? flagNames.key : flagNames.cert;
  throw refusal(
    `KeyFile and CertFile must both be present[key: ${keyFile}, cert: ${certFile}]`,
    `${flagNames.cert} and ${flagNames.key} go together: ${missing} is missing`,
  );
}

function checkFiles({ keyPair, authorities }: TlsFiles): void {
  if (keyPair) checkKeyPair(keyPair);
  if (authorities) checkAuthorities(authorities);
}

/** TLS libraries pass over what is no certificate among the authorities; Go does not. */
function hasForeignBlocks({ authorities }: TlsFiles): boolean {
  return authorities?.certificates.some(({ label }) => label !== 'CERTIFICATE') ?? false;
}
