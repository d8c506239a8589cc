import { readFile } from 'node:fs/promises';
import * as tls from 'node:tls';

/** Where Linux distributions and BSDs keep the authorities that they trust, in the order of Go's crypto/x509 (root_linux.go). */
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/** PEM of the authorities that this machine trusts; those that came with Node.js where the machine keeps none in a file. */
export async function systemRoots(bundles: readonly string[] = BUNDLES): Promise<string | string[]> {
  for (const bundle of bundles) {
    try {
      return await readFile(bundle, 'latin1');
    } catch {
      // The next one may be there: each system has its own.
    }
  }
  return [...tls.rootCertificates];
}
