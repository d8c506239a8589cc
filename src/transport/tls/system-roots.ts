import { readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import { pathErrorText } from '../../go/system-error.js';
import type { SystemRootsPaths } from '../connection.js';
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

export interface SystemPaths {
  readonly bundles: readonly string[];
  readonly folders: readonly string[];
}

/**
 * The authorities that this machine trusts (crypto/x509 `loadSystemRoots`): those of the first bundle that can be read, and those in
 * the folders. A user may name other places for either; where nothing can be read there, nobody is trusted. The runtimes' own lists
 * are for systems that keep theirs elsewhere than in files.
 */
export async function systemRoots(
  { file, folders }: SystemRootsPaths = {},
  system: SystemPaths = { bundles: BUNDLES, folders: FOLDERS },
): Promise<CertificatePool> {
  const pool = new CertificatePool();
  for (const bundle of file === undefined ? system.bundles : [file]) {
    const content = await readOrNote(pool, bundle);
    if (content === undefined) continue;
    addCertificates(pool, content);
    break;
  }
  for (const folder of folders ?? system.folders) await addFolder(pool, folder);
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

/** Of links within the folder, which only give another name to a file, the file itself is enough. */
async function addFolder(pool: CertificatePool, folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error) => {
    note(pool, 'open', folder, error);
    return [];
  });
  const contents = await Promise.all(
    entries.map(async (entry) => {
      const file = path.join(folder, entry.name);
      const target = entry.isSymbolicLink() ? await readlink(file).catch(() => '') : '/';
      // Each system has its own besides certificates.
      return target.includes('/') ? readFile(file, 'latin1').catch(() => '') : '';
    }),
  );
  for (const content of contents) addCertificates(pool, content);
}

async function readOrNote(pool: CertificatePool, file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'latin1');
  } catch (error) {
    note(pool, (error as NodeJS.ErrnoException).code === 'EISDIR' ? 'read' : 'open', file, error);
    return undefined;
  }
}

/** What is not there is no problem. */
function note(pool: CertificatePool, operation: string, place: string, error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
    pool.problem ??= pathErrorText(operation, place, error);
}
