import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

/**
 * Whether the certificate was issued for the host, a DNS name or an IP address: the reason why not, or nothing. As in Go, only the
 * subject alternative names count, never the common name, and a wildcard stands for one whole label. `tls.checkServerIdentity` is
 * not used: Node.js 22.23 compares IPv6 addresses as text there and does not find `::1` in any certificate.
 */
export function checkIdentity(host: string, peer: { readonly raw: Uint8Array }): Error | undefined {
  const certificate = new X509Certificate(peer.raw);
  const isNamed = isIP(host)
    ? certificate.checkIP(host)
    : certificate.checkHost(host, { subject: 'never', partialWildcards: false });
  if (isNamed !== undefined) return undefined;
  const names = certificate.subjectAltName?.replaceAll('IP Address:', 'IP:');
  return new Error(
    `the server's certificate is not valid for ${host}${names ? `, only for ${names}` : ': it names no host at all (no SAN)'}`,
  );
}
