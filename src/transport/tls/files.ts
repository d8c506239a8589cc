/**
 * Reads the files of the TLS flags, with the checks and error messages of Go's crypto/tls (`X509KeyPair`) and etcd's tlsutil
 * (`NewCertPool`). The errors' reasons name the file, and never contain its content.
 */

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { pathErrorText, systemErrorText } from '../../go/system-error.js';
import { UsageError } from '../../model/errors.js';
import { joinFlagNames, type TlsFlagNames, type TlsOptions } from '../connection.js';
import { type Certificate, parseCertificate } from '../x509/certificate.js';
import { CertificatePool } from '../x509/certificate-pool.js';
import { type PrivateKey, privateKeyIn } from '../x509/key.js';
import { decodePem, encodePem, type PemBlock } from '../x509/pem.js';
import { isKeyUsageError, MISSING_DIGITAL_SIGNATURE, tlsLibraryReason } from './library-error.js';

export interface TlsFiles {
  readonly keyPair: KeyPair | undefined;
  readonly rootCaFile: RootCaFile | undefined;
}

export interface KeyPair {
  readonly certFile: string;
  readonly keyFile: string;
  /** PEM in the form that TLS libraries accept; so is `key`. */
  readonly cert: string;
  readonly key: string;
  readonly keyType: PrivateKey['type'];
  /** The first certificate of the chain, not parsed. */
  readonly leaf: PemBlock;
}

type TlsFileOptions = Pick<TlsOptions, 'caFile' | 'certFile' | 'keyFile'>;

/** The file of root CA certificates. As in Go, a file without PEM blocks is an empty list. */
export class RootCaFile {
  readonly file: string;
  readonly #blocks: readonly PemBlock[];
  #pool: CertificatePool | undefined;

  /** @throws UsageError when the file cannot be read */
  constructor(file: string, flagNames: TlsFlagNames) {
    this.file = file;
    this.#blocks = decodePem(readText(file, flagNames.ca));
  }

  get isEmpty(): boolean {
    return this.#blocks.length === 0;
  }

  /** The first block as a PEM certificate, not validated; `undefined` when the file is empty. */
  get first(): string | undefined {
    const [first] = this.#blocks;
    return first && encodePem('CERTIFICATE', first.bytes);
  }

  /** The certificates. As in Go, blocks of any label are parsed as certificates. @throws UsageError when one is malformed */
  get pool(): CertificatePool {
    this.#pool ??= this.#read();
    return this.#pool;
  }

  /** Read anew, for error messages. @throws UsageError when one is malformed */
  get certificates(): Certificate[] {
    return this.#blocks.map((block) => certificateIn(this.file, block));
  }

  #read(): CertificatePool {
    const pool = new CertificatePool();
    for (const certificate of this.certificates) pool.add(certificate);
    return pool;
  }
}

/**
 * Reads certificate and key. Does not parse the certificate or compare it with the key: `checkKeyPair` and the TLS library do that.
 * @throws UsageError naming the faulty file
 */
export function readKeyPair(
  { certFile = '', keyFile = '' }: TlsFileOptions,
  flagNames: TlsFlagNames,
): KeyPair | undefined {
  if (!certFile && !keyFile) return undefined;
  if (!certFile || !keyFile) {
    const missing = certFile ? flagNames.key : flagNames.cert;
    throw tlsFileError(
      `KeyFile and CertFile must both be present[key: ${keyFile}, cert: ${certFile}]`,
      `${flagNames.cert} and ${flagNames.key} must be used together: ${missing} is missing`,
    );
  }
  const [certText, keyText] = [readText(certFile, flagNames.cert), readText(keyFile, flagNames.key)];
  const certBlocks = decodePem(certText);
  const chain = certBlocks.filter(({ label }) => label === 'CERTIFICATE');
  const [first] = chain;
  if (!first) throw noCertificate(certFile, certBlocks, flagNames);
  const keyBlocks = decodePem(keyText);
  const keyBlock = keyBlocks.find(({ label }) => label === 'PRIVATE KEY' || label.endsWith(' PRIVATE KEY'));
  if (!keyBlock) throw noKey(keyFile, keyBlocks, flagNames);
  const key = privateKeyIn(keyBlock.bytes);
  if (key === undefined) {
    certificateIn(certFile, first);
    return refuseKey(keyFile, keyBlock.hasHeaders || keyBlock.label.includes('ENCRYPTED'));
  }
  return {
    certFile,
    keyFile,
    cert: chain.map(({ bytes }) => encodePem('CERTIFICATE', bytes)).join(''),
    key: encodePem(key.label, keyBlock.bytes),
    keyType: key.type,
    leaf: first,
  };
}

/** Parses the certificate, and checks that the private key has the type of its public key. @throws UsageError */
export function checkCertificate({ certFile, keyFile, leaf, keyType }: KeyPair): void {
  const { type } = certificateIn(certFile, leaf).publicKey;
  if (type !== 'RSA' && type !== 'ECDSA' && type !== 'Ed25519') {
    throw tlsFileError(
      'tls: unknown public key algorithm',
      `the certificate in ${certFile} has a key type that TLS does not support: use an RSA, ECDSA or Ed25519 key`,
    );
  }
  if (type !== keyType) {
    throw mismatch('tls: private key type does not match public key type', { certFile, keyFile });
  }
}

function certificateIn(file: string, { label, bytes }: PemBlock): Certificate {
  try {
    return parseCertificate(bytes);
  } catch (cause) {
    const { message } = cause as Error;
    const problem = message.includes('unsupported') ? 'cannot be used' : 'is damaged';
    const reason =
      label === 'CERTIFICATE'
        ? `the certificate in ${file} ${problem}`
        : `${file} contains a block "${label}" instead of a certificate`;
    throw tlsFileError(message, reason, cause);
  }
}

/** @throws UsageError for a key that cannot be read */
function refuseKey(file: string, isEncrypted = false): never {
  const problem = isEncrypted ? 'is protected by a passphrase' : 'is damaged or of an unknown kind';
  // No cause: an error of the parser could contain parts of the key.
  throw tlsFileError(
    'tls: failed to parse private key',
    `the key in ${file} ${problem}: use an unencrypted PEM key`,
  );
}

/** The key and the certificate do not belong together. */
function mismatch(message: string, { certFile, keyFile }: Pick<KeyPair, 'certFile' | 'keyFile'>): UsageError {
  return tlsFileError(
    message,
    `the key in ${keyFile} does not match the certificate in ${certFile}: use a matching pair`,
  );
}

/** What to do about an error of reading a file. */
const READ_ADVICE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory; a PEM file is needed',
  EACCES: 'this user may not read it',
  EPERM: 'this user may not read it',
};

function readText(file: string, flagName: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    const why = READ_ADVICE[code] ?? systemErrorText(cause);
    throw tlsFileError(
      pathErrorText(code === 'EISDIR' ? 'read' : 'open', file, cause),
      `the TLS file ${file} cannot be read: ${why}: check ${flagName}`,
      cause,
    );
  }
}

function noCertificate(file: string, blocks: readonly PemBlock[], { cert, key }: TlsFlagNames): UsageError {
  const reason = `${file} holds no PEM certificate: ${cert} needs one`;
  if (blocks.length === 0)
    return tlsFileError('tls: failed to find any PEM data in certificate input', reason);
  if (blocks.length === 1 && blocks[0]?.label.endsWith('PRIVATE KEY')) {
    return tlsFileError(
      'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched',
      `${file} holds a private key: are ${cert} and ${key} swapped?`,
    );
  }
  return tlsFileError(
    `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [${labels(blocks)}]`,
    reason,
  );
}

function noKey(file: string, blocks: readonly PemBlock[], { key }: TlsFlagNames): UsageError {
  const reason = `${file} holds no PEM private key: ${key} needs one`;
  if (blocks.length === 0) return tlsFileError('tls: failed to find any PEM data in key input', reason);
  if (blocks.length === 1 && blocks[0]?.label === 'CERTIFICATE') {
    return tlsFileError('tls: found a certificate rather than a key in the PEM for the private key', reason);
  }
  return tlsFileError(
    `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [${labels(blocks)}]`,
    reason,
  );
}

function labels(blocks: readonly PemBlock[]): string {
  return blocks.map(({ label }) => label).join(' ');
}

/** The error for an unusable file: Go's message, and a reason that names the file. */
function tlsFileError(message: string, reason: string, cause?: unknown): UsageError {
  return new UsageError(message, 'arguments', { reasons: [reason], cause });
}

const READABLE_BY_OTHERS = 0o004;

/** A warning if all users of this machine can read the private key; `undefined` otherwise. */
export function exposedKeyWarning(file: string | undefined): string | undefined {
  if (!file) return undefined;
  const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & READABLE_BY_OTHERS) === 0) return undefined;
  return `warning: all users of this machine can read the private key ${file}: run chmod o-rwx on it`;
}

/**
 * The TLS library refuses the certificate or the key, and does not say which.
 * @throws UsageError always
 */
export function refuseFiles(cause: Error, keyPair: KeyPair | undefined, flagNames: TlsFlagNames): never {
  if (keyPair) checkKeyPair(keyPair);
  const reason =
    keyPair && isKeyUsageError(cause.message)
      ? `the certificate in ${keyPair.certFile} ${MISSING_DIGITAL_SIGNATURE}`
      : `the TLS library refuses the certificates given with ${joinFlagNames(flagNames)}`;
  throw tlsFileError(
    `tls: ${tlsLibraryReason(cause.message) ?? 'unusable certificate or key'}`,
    reason,
    cause,
  );
}

/** @throws UsageError when certificate or key are unusable, or do not belong together */
export function checkKeyPair(keyPair: KeyPair): void {
  checkCertificate(keyPair);
  const key = parseKey(keyPair);
  if (new X509Certificate(keyPair.cert).checkPrivateKey(key)) return;
  throw mismatch('tls: private key does not match public key', keyPair);
}

function parseKey({ keyFile, key }: KeyPair): KeyObject {
  try {
    return createPrivateKey(key);
  } catch {
    return refuseKey(keyFile);
  }
}
