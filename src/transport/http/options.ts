import type { TlsOptions } from '../connection.js';

/** How to reach a cluster by its version 2 API; the client's only input. */
export interface HttpConnectionOptions {
  /** URLs, at least one. */
  readonly endpoints: readonly string[];
  readonly tls: Omit<TlsOptions, 'insecureTransport'>;
  readonly credentials?: BasicCredentials;
  /** For a connection to stand. */
  readonly dialTimeoutMs: number;
  /** For an answer to begin, long polls excepted; 0: no limit. */
  readonly headerTimeoutMs: number;
  /** Told every request, as a curl command without credentials. */
  readonly onRequest?: (command: string) => void;
}

export interface BasicCredentials {
  readonly username: string;
  readonly password: string;
}
