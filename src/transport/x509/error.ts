/** A certificate that is damaged or not to be trusted, in the words of Go's crypto/x509 and crypto/tls. */
export class CertificateError extends Error {
  override readonly name: string = 'CertificateError';
}

/** It was issued for other hosts. */
export class HostNameError extends CertificateError {}

/** @throws CertificateError */
export function refuse(message: string): never {
  throw new CertificateError(message);
}
