import type { Certificate } from './certificate.js';

/** A certificate is malformed or not trusted. The messages are those of Go's crypto/x509 and crypto/tls. */
export class CertificateError extends Error {
  override readonly name: string = 'CertificateError';

  /** @param culprit the certificate of the chain that has the fault, if it is known */
  constructor(
    message: string,
    readonly culprit?: Certificate,
  ) {
    super(message);
  }
}

/** The certificate is not valid for the host. */
export class HostNameError extends CertificateError {}

/** @throws CertificateError */
export function refuse(message: string, culprit?: Certificate): never {
  throw new CertificateError(message, culprit);
}
