import { readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import type { SystemRootsPlaces } from '../connection.js';
import { CertificatePool } from '../x509/certificate-pool.js';
import { decodePem } from '../x509/pem.js';

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

export interface SystemPlaces {
  readonly bundles: readonly string[];
  readonly folders: readonly string[];
}

/**
 * The authorities that this machine trusts (crypto/x509 `loadSystemRoots`): those of the first bundle that can be read, and those in
 * the folders. A user may name other places for either; where nothing can be read there, nobody is trusted. The runtimes' own lists
 * are for systems that keep theirs elsewhere than in files.
 */
export async function systemRoots(
  { file, folders }: SystemRootsPlaces = {},
  system: SystemPlaces = { bundles: BUNDLES, folders: FOLDERS },
): Promise<CertificatePool> {
  const pool = new CertificatePool();
  addCertificates(pool, await firstReadable(file === undefined ? system.bundles : [file]));
  for (const folder of folders ?? system.folders) {
    for (const content of await readFolder(folder)) addCertificates(pool, content);
  }
  const isInFiles = process.platform === 'linux' || file !== undefined || folders !== undefined;
  if (pool.size === 0 && !isInFiles) await addRuntimesRoots(pool);
  return pool;
}

function addCertificates(pool: CertificatePool, text: string): void {
  for (const { label, hasHeaders, bytes } of decodePem(text)) {
    if (label === 'CERTIFICATE' && !hasHeaders) pool.addUnread(bytes);
  }
}

async function addRuntimesRoots(pool: CertificatePool): Promise<void> {
  const { rootCertificates } = await import('node:tls');
  for (const text of rootCertificates) addCertificates(pool, text);
}

async function firstReadable(files: readonly string[]): Promise<string> {
  for (const file of files) {
    const content = await readIfPossible(file);
    if (content !== undefined) return content;
  }
  return '';
}

/** Of links within the folder, which only give another name to a file, the file itself is enough. */
async function readFolder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const contents = await Promise.all(
    entries.map(async (entry) => {
      const file = path.join(folder, entry.name);
      const target = entry.isSymbolicLink() ? await readlink(file).catch(() => '') : '/';
      return target.includes('/') ? readIfPossible(file) : undefined;
    }),
  );
  return contents.filter((content) => content !== undefined);
}

/** What is not there, or no file, is left out: each system has its own. */
function readIfPossible(file: string): Promise<string | undefined> {
  return readFile(file, 'latin1').catch(() => undefined);
}
