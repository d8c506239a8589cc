import { UsageError } from '../../model/errors.js';
import { TLS_FLAG_NAMES, type TlsFlagNames, type TlsOptions } from '../connection.js';
import type { CertificatePool } from '../x509/certificate-pool.js';
import { Authorities, checkCertificate, type KeyPair, readKeyPair, type TlsFiles } from './files.js';
import { systemRoots } from './system-roots.js';

/** What the scheme of an endpoint says about TLS; `as-configured`: TLS when the flags ask for it. */
export type Encryption = 'required' | 'none' | 'as-configured';

/** How all connections of a client are secured. */
export type Security = { readonly kind: 'plaintext' } | TlsSecurity;

/** What a connection shows, and whom it trusts. */
export interface Trust {
  readonly files: TlsFiles;
  /**
   * Reads the certificates in the files, which takes as long as a server needs for its part of the handshake: it is done meanwhile.
   * @returns those that are trusted; `undefined`: nothing is verified
   * @throws UsageError for files that were like that from the beginning, Error for others
   */
  judge(): CertificatePool | undefined;
}

/** Files that were read so long ago are as good as new: the connections of one command begin together. */
const FRESH_MS = 1000;

export class TlsSecurity {
  readonly kind = 'tls';
  /** Verified instead of the endpoint's host. */
  readonly serverName: string | undefined;
  /** What the flags are called that name the files. */
  readonly flagNames: TlsFlagNames;
  readonly #options: TlsOptions;
  readonly #systemRoots: CertificatePool | undefined;
  #files: TlsFiles;
  #readAtMs = performance.now();
  #isChanged = false;
  /** Those that were found usable. */
  #judged: TlsFiles | undefined;

  /** @param roots trusted where no file of authorities is given; `undefined`: nobody is verified, or there is such a file */
  constructor(options: TlsOptions, files: TlsFiles, roots: CertificatePool | undefined) {
    this.#options = options;
    this.#files = files;
    this.#systemRoots = roots;
    this.serverName = options.serverName || undefined;
    this.flagNames = options.flagNames ?? TLS_FLAG_NAMES;
  }

  /**
   * For the next connection: certificates are replaced while a command runs.
   * @throws Error when the files cannot be used any more
   */
  current(): Trust {
    if (performance.now() - this.#readAtMs > FRESH_MS) this.#readAgain();
    const files = this.#files;
    return { files, judge: () => this.#whileUsable(() => this.#judge(files)) };
  }

  #judge(files: TlsFiles): CertificatePool | undefined {
    const { keyPair, authorities } = files;
    if (keyPair && this.#judged !== files) checkCertificate(keyPair);
    const pool = authorities?.pool ?? this.#systemRoots;
    this.#judged = files;
    return this.#options.insecureSkipVerify ? undefined : pool;
  }

  #readAgain(): void {
    this.#isChanged = true;
    this.#files = this.#whileUsable(() => readFiles(this.#options, this.flagNames));
    this.#readAtMs = performance.now();
  }

  /** What is wrong with files that were good before may be mended before the next attempt: no mistake in the command line. */
  #whileUsable<Outcome>(work: () => Outcome): Outcome {
    try {
      return work();
    } catch (error) {
      throw this.#isChanged && error instanceof UsageError
        ? new Error(error.message, { cause: error })
        : error;
    }
  }
}

/**
 * Reads what the flags name, whether or not the endpoint will use it, as etcdctl does (client/v3/config.go `newTLSConfig`).
 * @param encryption of the first endpoint, which decides for all (client/v3/client.go `dialWithBalancer`)
 * @throws UsageError naming the file that is at fault
 */
export async function loadSecurity(options: TlsOptions, encryption: Encryption): Promise<Security> {
  const { flagNames = TLS_FLAG_NAMES, insecureSkipVerify, systemRoots: places } = options;
  const keyPair = readKeyPair(options, flagNames);
  const authorities = await readAuthorities(options, flagNames, keyPair);
  if (!usesTls(options, encryption)) {
    await checkPair(keyPair);
    void authorities?.pool;
    return { kind: 'plaintext' };
  }
  if (!insecureSkipVerify && authorities?.isEmpty) {
    // etcdctl would try in vain until the deadline.
    const reasons = [
      `${authorities.file} holds no PEM certificate: ${flagNames.ca} needs the authority that signed the server's`,
    ];
    throw new UsageError(`no certificate in ${authorities.file}`, 'arguments', { reasons });
  }
  const roots = authorities || insecureSkipVerify ? undefined : await systemRoots(places);
  return new TlsSecurity(options, { keyPair, authorities }, roots);
}

/** Of two things that are wrong, the first that Go would see is told: the pair before the authorities. */
async function readAuthorities(
  { caFile }: TlsOptions,
  flagNames: TlsFlagNames,
  keyPair: KeyPair | undefined,
): Promise<Authorities | undefined> {
  try {
    return caFile ? new Authorities(caFile, flagNames) : undefined;
  } catch (error) {
    await checkPair(keyPair);
    throw error;
  }
}

function readFiles(options: TlsOptions, flagNames: TlsFlagNames): TlsFiles {
  const { caFile } = options;
  return {
    keyPair: readKeyPair(options, flagNames),
    authorities: caFile ? new Authorities(caFile, flagNames) : undefined,
  };
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
