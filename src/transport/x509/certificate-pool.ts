import { type Certificate, parseCertificate, subjectOf } from './certificate.js';
import { CertificateError } from './error.js';

interface Entry {
  readonly der: Buffer;
  readonly subject: Buffer;
  /** Not read before it is needed; `undefined`: not read yet, `null`: damaged. */
  certificate: Certificate | null | undefined;
}

/** Certificates that end a chain, whatever they are. */
export class CertificatePool {
  readonly #entries: Entry[] = [];
  /** Why nothing is in it: what a file or folder could not be read for, in Go's words. */
  problem: string | undefined;

  get size(): number {
    return this.#entries.length;
  }

  add(certificate: Certificate): void {
    this.#entries.push({ der: certificate.raw, subject: certificate.rawSubject, certificate });
  }

  /** What turns out to be no certificate is left out then. */
  addUnparsed(der: Buffer): void {
    const subject = subjectOf(der);
    if (subject) this.#entries.push({ der, subject, certificate: undefined });
  }

  /** Whether the very same certificate is in it. */
  has({ raw }: Certificate): boolean {
    return this.#entries.some(({ der }) => der.equals(raw));
  }

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
