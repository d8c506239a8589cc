import { type Certificate, parseCertificate, subjectOf } from './certificate.js';
import { CertificateError } from './error.js';

interface Entry {
  readonly der: Buffer;
  readonly subject: Buffer;
  /** Parsed on demand; `undefined`: not parsed yet, `null`: malformed. */
  certificate: Certificate | null | undefined;
}

/** Root certificates: each of them ends a chain, even if it is not a CA certificate. */
export class CertificatePool {
  readonly #entries: Entry[] = [];
  /** Why the pool is empty: the error of reading a file or directory, with Go's message. */
  problem: string | undefined;

  get size(): number {
    return this.#entries.length;
  }

  add(certificate: Certificate): void {
    this.#entries.push({ der: certificate.raw, subject: certificate.rawSubject, certificate });
  }

  /** Adds a certificate that is parsed on demand; it is ignored if it turns out to be malformed. */
  addUnparsed(der: Buffer): void {
    const subject = subjectOf(der);
    if (subject) this.#entries.push({ der, subject, certificate: undefined });
  }

  /** Whether the pool contains this certificate, byte for byte. */
  has({ raw }: Certificate): boolean {
    return this.#entries.some(({ der }) => der.equals(raw));
  }

  /** The certificates whose subject is the certificate's issuer, without duplicates (crypto/x509 `findPotentialParents`). */
  findPotentialParents({ rawIssuer }: Certificate): Certificate[] {
    const found = new Map<string, Certificate>();
    for (const entry of this.#entries) {
      if (!entry.subject.equals(rawIssuer)) continue;
      if (entry.certificate === undefined) entry.certificate = parseOrNull(entry.der);
      if (entry.certificate !== null) found.set(entry.der.toString('latin1'), entry.certificate);
    }
    return [...found.values()];
  }
}

function parseOrNull(der: Buffer): Certificate | null {
  try {
    return parseCertificate(der);
  } catch (error) {
    if (error instanceof CertificateError) return null;
    throw error;
  }
}
