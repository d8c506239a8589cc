import type { Certificate } from './certificate.js';
import { asIpv4, formatIpAddress, parseIpAddress } from './ip-address.js';

/** With more names than this, the message only gives their number. */
const MAX_LISTED_NAMES = 100;

/**
 * Whether the certificate is valid for the host, a DNS name or an IP address, by the rules of Go's `Certificate.VerifyHostname`
 * (RFC 6125): only subject alternative names count, not the common name; `*` matches exactly the first label; underscores and a final
 * dot are allowed; if either is not a valid host name, they must be equal without regard to case.
 * @returns Go's error message; `undefined` when the certificate is valid for the host
 */
export function hostNameProblem(certificate: Certificate, host: string): string | undefined {
  const { dnsNames, ipAddresses } = certificate.extensions;
  const candidate = /^\[.+\]$/s.test(host) ? host.slice(1, -1) : host;
  const address = parseIpAddress(candidate);
  if (address !== undefined) {
    const isNamed = ipAddresses.some((bytes) => asIpv4(bytes).equals(address));
    return isNamed ? undefined : addressMismatch(certificate, candidate);
  }
  const isNamed = dnsNames.some((name) => matches(name, host));
  return isNamed ? undefined : nameMismatch(certificate, host);
}

function matches(name: string, host: string): boolean {
  if (isHostName(host, false) && isHostName(name, true)) return matchesPattern(name, host);
  const isEmptyName = name === '' || name === '.' || host === '' || host === '.';
  return !isEmptyName && lowerCase(name) === lowerCase(host);
}

/** Labels of letters, digits, hyphens and underscores. */
function isHostName(text: string, isPattern: boolean): boolean {
  const name = isPattern ? text : text.replace(/\.$/, '');
  if (name === '*') return false;
  const labels = isPattern ? name.replace(/^\*\./, '') : name;
  return labels.split('.').every((label) => /^[A-Za-z0-9_][A-Za-z0-9_-]*$/.test(label));
}

function matchesPattern(pattern: string, host: string): boolean {
  const patternLabels = lowerCase(pattern).split('.');
  const hostLabels = lowerCase(host).replace(/\.$/, '').split('.');
  return (
    patternLabels.length === hostLabels.length &&
    patternLabels.every((label, index) => (index === 0 && label === '*') || label === hostLabels[index])
  );
}

/** Converts only ASCII letters. */
function lowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function addressMismatch({ extensions, ...certificate }: Certificate, address: string): string {
  if (reliesOnCommonName({ extensions, ...certificate }, address)) return LEGACY_COMMON_NAME;
  const { ipAddresses } = extensions;
  if (ipAddresses.length === 0) {
    return `x509: cannot validate certificate for ${address} because it doesn't contain any IP SANs`;
  }
  if (ipAddresses.length >= MAX_LISTED_NAMES) {
    return `x509: certificate is valid for ${ipAddresses.length} IP SANs, but none matched ${address}`;
  }
  return `x509: certificate is valid for ${ipAddresses.map(formatIpAddress).join(', ')}, not ${address}`;
}

function nameMismatch(certificate: Certificate, host: string): string {
  if (reliesOnCommonName(certificate, host)) return LEGACY_COMMON_NAME;
  const { dnsNames } = certificate.extensions;
  if (dnsNames.length >= MAX_LISTED_NAMES) {
    return `x509: certificate is valid for ${dnsNames.length} names, but none matched ${host}`;
  }
  const listed = dnsNames.join(', ');
  return listed === ''
    ? `x509: certificate is not valid for any names, but wanted to match ${host}`
    : `x509: certificate is valid for ${listed}, not ${host}`;
}

const LEGACY_COMMON_NAME = 'x509: certificate relies on legacy Common Name field, use SANs instead';

function reliesOnCommonName({ subject, extensions }: Certificate, host: string): boolean {
  return extensions.rawSubjectAltName === undefined && matchesPattern(subject.commonName, host);
}
