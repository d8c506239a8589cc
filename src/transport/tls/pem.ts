import { readFileSync } from 'node:fs';
import { UsageError } from '../../model/errors.js';
import { listed, type TlsFlagNames } from './flag-names.js';

/**
 * The files that the TLS flags name, read before anything connects. Final messages are those of Go's crypto/tls (X509KeyPair) and os
 * packages, which etcdctl prints; the reasons name the file and never show what is in it.
 */

/** PEM of a certificate chain, and of the private key of its first certificate. */
export interface KeyPair {
  readonly certFile: string;
  readonly keyFile: string;
  readonly certificates: readonly [PemBlock, ...PemBlock[]];
  readonly key: PemBlock;
}

/** PEM of certificates; none when the file holds no PEM at all, which Go takes for an empty list. */
export interface Authorities {
  readonly file: string;
  readonly certificates: readonly PemBlock[];
}

export interface PemBlock {
  /** `CERTIFICATE`, `EC PRIVATE KEY`, … */
  readonly label: string;
  readonly text: string;
}

export function readAuthorities(file: string, flagNames: TlsFlagNames): Authorities {
  return { file, certificates: readBlocks(file, flagNames) };
}

/** Both files; whether what they hold is sound is another matter, see `checkKeyPair`. */
export function readKeyPair(certFile: string, keyFile: string, flagNames: TlsFlagNames): KeyPair {
  const certBlocks = readBlocks(certFile, flagNames);
  const keyBlocks = readBlocks(keyFile, flagNames);
  const [first, ...others] = certBlocks.filter(({ label }) => label === 'CERTIFICATE');
  if (!first) throw noCertificate(certFile, certBlocks, flagNames);
  const key = keyBlocks.find(({ label }) => label.endsWith('PRIVATE KEY'));
  if (!key) throw noKey(keyFile, keyBlocks, flagNames);
  return { certFile, keyFile, certificates: [first, ...others], key };
}

function readBlocks(file: string, flagNames: TlsFlagNames): PemBlock[] {
  const text = readText(file, flagNames);
  const blocks = text.matchAll(/^-----BEGIN ([^\r\n]+)-----\r?\n[\s\S]*?^-----END \1-----/gm);
  return [...blocks].map((match) => ({ label: match[1] ?? '', text: `${match[0]}\n` }));
}

const FILE_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  ENOTDIR: 'not a directory',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EISDIR: 'is a directory',
};

function readText(file: string, flagNames: TlsFlagNames): string {
  try {
    return readFileSync(file, 'latin1');
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    const operation = code === 'EISDIR' ? 'read' : 'open';
    throw refusal(
      `${operation} ${file}: ${FILE_ERRORS[code] ?? message}`,
      `the TLS file ${file} cannot be read: check ${listed(flagNames)}`,
      cause,
    );
  }
}

function noCertificate(file: string, blocks: readonly PemBlock[], { cert, key }: TlsFlagNames): UsageError {
  const reason = `${file} holds no PEM certificate: ${cert} needs one`;
  if (blocks.length === 0) return refusal('tls: failed to find any PEM data in certificate input', reason);
  if (blocks.length === 1 && blocks[0]?.label.endsWith('PRIVATE KEY')) {
    return refusal(
      'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched',
      `${file} holds a private key: are ${cert} and ${key} swapped?`,
    );
  }
  return refusal(
    `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [${labels(blocks)}]`,
    reason,
  );
}

function noKey(file: string, blocks: readonly PemBlock[], { key }: TlsFlagNames): UsageError {
  const reason = `${file} holds no PEM private key: ${key} needs one`;
  if (blocks.length === 0) return refusal('tls: failed to find any PEM data in key input', reason);
  if (blocks.length === 1 && blocks[0]?.label === 'CERTIFICATE') {
    return refusal('tls: found a certificate rather than a key in the PEM for the private key', reason);
  }
  return refusal(
    `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [${labels(blocks)}]`,
    reason,
  );
}

function labels(blocks: readonly PemBlock[]): string {
  return blocks.map(({ label }) => label).join(' ');
}

/** What is wrong with a file, and why. */
export function refusal(message: string, reason: string, cause?: unknown): UsageError {
  return new UsageError(message, 'arguments', { reasons: [reason], cause });
}
