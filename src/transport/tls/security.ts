import { UsageError } from '../../model/errors.js';
import { monotonicMs } from '../../runtime/monotonic-clock.js';
import { TLS_FLAG_NAMES, type TlsFlagNames, type TlsOptions } from '../connection.js';
import type { CertificatePool } from '../x509/certificate-pool.js';
import { checkCertificate, type KeyPair, RootCaFile, readKeyPair, type TlsFiles } from './files.js';
import { systemRoots } from './system-roots.js';

/** Whether the scheme of an endpoint requires TLS; `as-configured`: the TLS flags decide. */
export type Encryption = 'required' | 'none' | 'as-configured';

/** How the connections of a client are secured. */
export type Security = { readonly kind: 'plaintext' } | TlsSecurity;

/** The client certificate and the root CAs of one connection. */
export interface TlsConfig {
  readonly files: TlsFiles;
  /**
   * Parses the certificates in the files. To be called while waiting for the server's part of the handshake, which takes about as long.
   * @returns the trusted roots; `undefined`: the server's certificate is not verified
   * @throws UsageError for unusable files, Error if they have been reread since the client was created
   */
  parseCertificates(): CertificatePool | undefined;
}

/** Files read less than this ago are not read again: most connections of a command are made together. */
const MAX_FILE_AGE_MS = 1000;

export class TlsSecurity {
  readonly kind = 'tls';
  /** Name that the certificate must be valid for, instead of the endpoint's host. */
  readonly serverName: string | undefined;
  readonly flagNames: TlsFlagNames;
  readonly #options: TlsOptions;
  readonly #systemRoots: CertificatePool | undefined;
  #files: TlsFiles;
  #readAtMs = monotonicMs();
  #wasReadAgain = false;
  /** The files that were parsed without an error. */
  #parsedFiles: TlsFiles | undefined;

  /** @param roots trusted without a root CA file; `undefined`: there is such a file, or nothing is verified */
  constructor(options: TlsOptions, files: TlsFiles, roots: CertificatePool | undefined) {
    this.#options = options;
    this.#files = files;
    this.#systemRoots = roots;
    this.serverName = options.serverName || undefined;
    this.flagNames = options.flagNames ?? TLS_FLAG_NAMES;
  }

  /** The files of the latest connection. */
  get files(): TlsFiles {
    return this.#files;
  }

  /**
   * The configuration for the next connection. The files are read again, because they can be replaced while a command runs.
   * @throws Error when they have become unusable
   */
  current(): TlsConfig {
    if (monotonicMs() - this.#readAtMs > MAX_FILE_AGE_MS) this.#readAgain();
    const files = this.#files;
    return { files, parseCertificates: () => this.#withoutUsageErrors(() => this.#parseCertificates(files)) };
  }

  /**
   * For files that the TLS library has refused: a certificate and the key of another pair are read when the pair is replaced between the
   * two.
   * @returns whether the pair was replaced since it was read; then `current` has the new one
   */
  takeReplacement(): boolean {
    const { keyPair } = this.#files;
    const files = this.#readUsable();
    if (files === undefined || isSamePair(files.keyPair, keyPair)) return false;
    this.#files = files;
    this.#readAtMs = monotonicMs();
    return true;
  }

  #readUsable(): TlsFiles | undefined {
    try {
      return readFiles(this.#options, this.flagNames);
    } catch {
      return undefined;
    }
  }

  #parseCertificates(files: TlsFiles): CertificatePool | undefined {
    const { keyPair, rootCaFile } = files;
    if (keyPair && this.#parsedFiles !== files) checkCertificate(keyPair);
    const pool = rootCaFile?.pool ?? this.#systemRoots;
    this.#parsedFiles = files;
    return this.#options.insecureSkipVerify ? undefined : pool;
  }

  #readAgain(): void {
    this.#wasReadAgain = true;
    this.#files = this.#withoutUsageErrors(() => readFiles(this.#options, this.flagNames));
    this.#readAtMs = monotonicMs();
  }

  /** Errors in files that were usable before are temporary, not mistakes in the command line: they become plain errors. */
  #withoutUsageErrors<Outcome>(work: () => Outcome): Outcome {
    try {
      return work();
    } catch (error) {
      throw this.#wasReadAgain && error instanceof UsageError
        ? new Error(error.message, { cause: error })
        : error;
    }
  }
}

/**
 * Reads the files of the TLS flags, even when the endpoint does not use TLS, as etcdctl does (client/v3/config.go `newTLSConfig`).
 * @param encryption of the endpoint
 * @throws UsageError naming the faulty file
 */
export async function loadSecurity(options: TlsOptions, encryption: Encryption): Promise<Security> {
  const { flagNames = TLS_FLAG_NAMES, insecureSkipVerify, systemRoots: systemRootsPaths } = options;
  const keyPair = readKeyPair(options, flagNames);
  const rootCaFile = await readRootCaFile(options, flagNames, keyPair);
  if (!usesTls(options, encryption)) {
    await checkPair(keyPair);
    void rootCaFile?.pool;
    return { kind: 'plaintext' };
  }
  if (!insecureSkipVerify && rootCaFile?.isEmpty) {
    // etcdctl tries to connect until the deadline.
    const reasons = [
      `${rootCaFile.file} holds no PEM certificate: ${flagNames.ca} needs the authority that signed the server's`,
    ];
    throw new UsageError(`no certificate in ${rootCaFile.file}`, 'arguments', { reasons });
  }
  const roots = rootCaFile || insecureSkipVerify ? undefined : await systemRoots(systemRootsPaths);
  return new TlsSecurity(options, { keyPair, rootCaFile }, roots);
}

/** As in Go, an error in the key pair is reported before an error in the root CA file. */
async function readRootCaFile(
  { caFile }: TlsOptions,
  flagNames: TlsFlagNames,
  keyPair: KeyPair | undefined,
): Promise<RootCaFile | undefined> {
  try {
    return caFile ? new RootCaFile(caFile, flagNames) : undefined;
  } catch (error) {
    await checkPair(keyPair);
    throw error;
  }
}

function readFiles(options: TlsOptions, flagNames: TlsFlagNames): TlsFiles {
  const { caFile } = options;
  return {
    keyPair: readKeyPair(options, flagNames),
    rootCaFile: caFile ? new RootCaFile(caFile, flagNames) : undefined,
  };
}

function isSamePair(a: KeyPair | undefined, b: KeyPair | undefined): boolean {
  return a?.cert === b?.cert && a?.key === b?.key;
}

async function checkPair(keyPair: KeyPair | undefined): Promise<void> {
  if (keyPair === undefined) return;
  const { checkKeyPair } = await import('./files.js');
  checkKeyPair(keyPair);
}

function usesTls(options: TlsOptions, encryption: Encryption): boolean {
  if (encryption !== 'as-configured') return encryption === 'required';
  const { caFile, certFile, keyFile, serverName, insecureTransport, insecureSkipVerify } = options;
  return Boolean(caFile || certFile || keyFile || serverName) || !insecureTransport || insecureSkipVerify;
}
