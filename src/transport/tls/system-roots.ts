import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { SystemRootsPlaces } from '../connection.js';

/** Where Linux distributions and BSDs keep the authorities that they trust, in the order of Go's crypto/x509 (root_linux.go). */
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/** Where they keep the same ones, each in a file. */
const FOLDERS = ['/etc/ssl/certs', '/etc/pki/tls/certs'];

/**
 * PEM of the authorities that this machine trusts; those that came with Node.js where the machine keeps none. With places that a
 * user names, files and folders are both read, as in Go, where naming one of them leaves the other as it is.
 */
export async function systemRoots(
  { file, folders }: SystemRootsPlaces = {},
  bundles: readonly string[] = BUNDLES,
): Promise<string | string[]> {
  const bundle = await firstReadable(file === undefined ? bundles : [file]);
  if (file === undefined && folders === undefined) return bundle ?? bundledRoots();
  const found = await Promise.all((folders ?? FOLDERS).map(readFolder));
  return [...(bundle === undefined ? [] : [bundle]), ...found.flat()];
}

/** Those that came with Node.js. Its TLS is loaded for nothing else here, which on Bun takes as long as a handshake. */
async function bundledRoots(): Promise<string[]> {
  const { rootCertificates } = await import('node:tls');
  return [...rootCertificates];
}

async function firstReadable(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    const content = await readIfPossible(file);
    if (content !== undefined) return content;
  }
  return undefined;
}

async function readFolder(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const contents = await Promise.all(names.map((name) => readIfPossible(path.join(folder, name))));
  return contents.filter((content) => content?.includes('-----BEGIN CERTIFICATE-----') ?? false) as string[];
}

/** What is not there, or no file, is left out: each system has its own. */
function readIfPossible(file: string): Promise<string | undefined> {
  return readFile(file, 'latin1').catch(() => undefined);
}
