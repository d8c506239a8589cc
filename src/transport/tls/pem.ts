import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { UsageError } from '../../model/errors.js';
import { listed, type TlsFlagNames } from './flag-names.js';

/**
 * The files that the TLS flags name, read and checked before anything connects. Final messages are those of Go's crypto/tls
 * (X509KeyPair) and os packages, which etcdctl prints; the reasons name the file and never show what is in it.
 */

/** A certificate chain and the private key of its first certificate, each as PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

interface PemBlock {
  /** `CERTIFICATE`, `EC PRIVATE KEY`, … */
  readonly label: string;
  readonly text: string;
}

/** PEM of all certificates in the file; none when the file holds no PEM at all, which Go takes for an empty list. */
export async function readAuthorities(file: string, flagNames: TlsFlagNames): Promise<string[]> {
  const blocks = await readBlocks(file, flagNames);
  for (const block of blocks) parseCertificate(file, block);
  return blocks.map((block) => block.text);
}

/** Both files, which must belong together. */
export async function readKeyPair(
  certFile: string,
  keyFile: string,
  flagNames: TlsFlagNames,
): Promise<KeyPair> {
  const certBlocks = await readBlocks(certFile, flagNames);
  const keyBlocks = await readBlocks(keyFile, flagNames);
  const certificates = certBlocks.filter(({ label }) => label === 'CERTIFICATE');
  const first = certificates[0];
  if (!first) throw noCertificate(certFile, certBlocks, flagNames);
  const keyBlock = keyBlocks.find(({ label }) => label.endsWith('PRIVATE KEY'));
  if (!keyBlock) throw noKey(keyFile, keyBlocks, flagNames);
  const leaf = parseCertificate(certFile, first);
  const key = parseKey(keyFile, keyBlock);
  if (!leaf.checkPrivateKey(key)) {
    const sameType = leaf.publicKey.asymmetricKeyType === key.asymmetricKeyType;
    throw refusal(
      sameType
        ? 'tls: private key does not match public key'
        : 'tls: private key type does not match public key type',
      `the key in ${keyFile} does not belong to the certificate in ${certFile}: give a pair that was issued together`,
    );
  }
  return { cert: certificates.map(({ text }) => text).join('\n'), key: keyBlock.text };
}

async function readBlocks(file: string, flagNames: TlsFlagNames): Promise<PemBlock[]> {
  const text = await readText(file, flagNames);
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

async function readText(file: string, flagNames: TlsFlagNames): Promise<string> {
  try {
    return await readFile(file, 'latin1');
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

function parseCertificate(file: string, block: PemBlock): X509Certificate {
  try {
    return new X509Certificate(block.text);
  } catch (cause) {
    const found = block.label === 'CERTIFICATE' ? 'a damaged certificate' : `a block "${block.label}"`;
    const part = block.label.endsWith('KEY') ? ' tbs' : '';
    throw refusal(
      `x509: malformed${part} certificate`,
      `${file} holds ${found} where a certificate must be`,
      cause,
    );
  }
}

function parseKey(file: string, block: PemBlock): KeyObject {
  try {
    return createPrivateKey(block.text);
  } catch {
    // No cause: nothing that has seen the key goes along with the error.
    const locked = /ENCRYPTED/.test(block.text)
      ? 'is protected by a passphrase'
      : 'is damaged or of an unknown kind';
    throw refusal('tls: failed to parse private key', `the key in ${file} ${locked}: give a plain PEM key`);
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

function refusal(message: string, reason: string, cause?: unknown): UsageError {
  return new UsageError(message, 'arguments', { reasons: [reason], cause });
}
