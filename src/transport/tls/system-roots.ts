import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pathErrorText } from '../../go/system-error.js';
import type { SystemRootsPaths } from '../connection.js';
import { CertificatePool } from '../x509/certificate-pool.js';
import { decodePem } from '../x509/pem.js';

/** Bundles of root certificates on Linux distributions and BSDs, in the order of Go's crypto/x509 (root_linux.go). */
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/** Directories with the same certificates in single files. */
const FOLDERS = ['/etc/ssl/certs', '/etc/pki/tls/certs'];

export interface SystemPaths {
  readonly bundles: readonly string[];
  readonly folders: readonly string[];
}

/**
 * The system's root certificates (crypto/x509 `loadSystemRoots`): those in the first readable bundle, and those in the directories. A
 * user can give other paths for either; if nothing can be read there, no server is trusted. Systems that do not keep root certificates
 * in files get the runtime's built-in list.
 */
export async function systemRoots(
  { file, folders }: SystemRootsPaths = {},
  system: SystemPaths = { bundles: BUNDLES, folders: FOLDERS },
): Promise<CertificatePool> {
  const pool = new CertificatePool();
  for (const bundle of file === undefined ? system.bundles : [file]) {
    const content = await readOrRecord(pool, bundle);
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
    if (label === 'CERTIFICATE' && !hasHeaders) pool.addUnparsed(bytes);
  }
}

async function addRuntimesRoots(pool: CertificatePool): Promise<void> {
  const { rootCertificates } = await import('node:tls');
  for (const text of rootCertificates) addCertificates(pool, text);
}

/** Symbolic links to files of the same directory are skipped: they are other names of files that are read anyway. */
async function addFolder(pool: CertificatePool, folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error) => {
    recordProblem(pool, 'open', folder, error);
    return [];
  });
  const contents = await Promise.all(
    entries.map(async (entry) => {
      const file = join(folder, entry.name);
      const target = entry.isSymbolicLink() ? await readlink(file).catch(() => '') : '/';
      // Files that cannot be read are ignored, as are files that are not certificates.
      return target.includes('/') ? readFile(file, 'latin1').catch(() => '') : '';
    }),
  );
  for (const content of contents) addCertificates(pool, content);
}

async function readOrRecord(pool: CertificatePool, file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'latin1');
  } catch (error) {
    recordProblem(pool, (error as NodeJS.ErrnoException).code === 'EISDIR' ? 'read' : 'open', file, error);
    return undefined;
  }
}

/** Missing files are not a problem. */
function recordProblem(pool: CertificatePool, operation: string, file: string, error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
    pool.problem ??= pathErrorText(operation, file, error);
}
