import { X509Certificate } from 'node:crypto';

/** What is needed of an `X509Certificate`, which also Bun's sockets hand out. */
export interface Certificate {
  readonly subjectAltName: string | undefined;
  checkIP(address: string): string | undefined;
  checkHost(name: string, options: { subject: 'never'; partialWildcards: boolean }): string | undefined;
}

/** For what Node.js hands to `checkServerIdentity`; see `checkCertificate`. */
export function checkIdentity(host: string, peer: { readonly raw: Uint8Array }): Error | undefined {
  return checkCertificate(host, new X509Certificate(peer.raw));
}

/**
 * Whether the certificate was issued for the host, a DNS name or an IP address: the reason why not, or nothing. As in Go, only the
 * subject alternative names count, never the common name, and a wildcard stands for one whole label. `tls.checkServerIdentity` is
 * not used: Node.js 22.23 compares IPv6 addresses as text there and does not find `::1` in any certificate.
 */
export function checkCertificate(host: string, certificate: Certificate): Error | undefined {
  const isNamed = isIpAddress(host)
    ? certificate.checkIP(host)
    : certificate.checkHost(host, { subject: 'never', partialWildcards: false });
  if (isNamed !== undefined) return undefined;
  const names = certificate.subjectAltName?.replaceAll('IP Address:', 'IP:');
  return new Error(
    `the server's certificate is not valid for ${host}${names ? `, only for ${names}` : ': it names no host at all (no SAN)'}`,
  );
}

/** Tells addresses from names, which is all that is asked of a host here: `net.isIP` takes 3 ms to load on Bun. */
export function isIpAddress(host: string): boolean {
  return host.includes(':') || /^\d+(?:\.\d+){3}$/.test(host);
}

/** The name that TLS sends in clear (SNI) to have this host; RFC 6066 forbids IP addresses there, and Node.js warns of them. */
export function sentName(host: string): string {
  return isIpAddress(host) ? '' : host;
}
