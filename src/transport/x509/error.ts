/** A certificate is malformed or not trusted. The messages are those of Go's crypto/x509 and crypto/tls. */
export class CertificateError extends Error {
  override readonly name: string = 'CertificateError';
}

/** The certificate is not valid for the host. */
export class HostNameError extends CertificateError {}

/** @throws CertificateError */
export function refuse(message: string): never {
  throw new CertificateError(message);
}
