/** What can be seen of a server beside its answers to calls. */

/** What is read of a certificate. Times are milliseconds since 1970. */
export interface CertificateFacts {
  /** As `CN=etcd,O=example`. */
  readonly subject: string;
  /** `DNS:localhost`, `IP:127.0.0.1`. */
  readonly names: readonly string[];
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** Its key may authenticate a client. */
  readonly allowsClients: boolean;
}

/** Why a certificate is not trusted. `words` is a sentence without a full stop. */
export interface CertificateProblem {
  readonly kind: 'expired' | 'not-yet-valid' | 'wrong-name' | 'untrusted';
  readonly words: string;
}

/** What a server presents in the TLS handshake. */
export interface PresentedCertificate {
  /** The server's own first; empty when they cannot be read. */
  readonly chain: readonly CertificateFacts[];
  readonly problem?: CertificateProblem | undefined;
  /** Whether the chain was verified at all. */
  readonly isVerified: boolean;
}

/** The certificates in the files of the command. */
export interface ClientCertificates {
  /** Absent when none is given. */
  readonly client?: FileCertificate;
  /** Of `--cacert`. */
  readonly authorities: readonly FileCertificate[];
}

export interface FileCertificate {
  readonly file: string;
  readonly facts: CertificateFacts;
}

/** A member's `/metrics`, and its clock. Times are milliseconds since 1970. */
export interface MetricsPage {
  readonly text: string;
  /** The time of the server in the response, rounded down to a second; absent when it sent none. */
  readonly serverTimeMs?: number | undefined;
  /** On the clock of this machine: the server's time was taken between these. */
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
}

/** A directory of the member on this node, and the space on its file system; or why that is not known. */
export interface LocalDisk {
  /** Its name. */
  readonly member?: string | undefined;
  readonly directory: string;
  readonly space: { readonly totalBytes: bigint; readonly freeBytes: bigint } | { readonly problem: string };
}

/** Looks at servers and files; connects and reads only. All methods reject with a `Failure` or the signal's reason. */
export interface Inspector {
  /** `undefined`: the endpoint does not use TLS. */
  presentedCertificate(endpoint: string, signal: AbortSignal): Promise<PresentedCertificate | undefined>;
  metrics(endpoint: string, signal: AbortSignal): Promise<MetricsPage>;
  clientCertificates(): Promise<ClientCertificates>;
  /** The directories of the member on this node; none without `--local`. */
  localDisks(): Promise<readonly LocalDisk[]>;
}
