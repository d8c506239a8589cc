import type { RuntimeCertificateClass } from '../tls/peer.js';

/**
 * The used part of Bun's own API (https://bun.com/docs/api/tcp), for the standalone executable: its sockets save the 3 ms to load
 * `node:net`, and its TLS saves the 6 ms to load `node:tls` and make its first connection.
 */
export interface Bun {
  connect(options: BunConnectOptions): Promise<BunSocket>;
  /** Collects garbage; synchronously: also returns the memory to the system. */
  gc(isSynchronous: boolean): void;
}

export interface BunConnectOptions {
  readonly hostname?: string;
  readonly port?: number;
  readonly unix?: string;
  readonly tls?: BunTlsOptions;
  readonly socket: BunSocketHandlers;
}

export interface BunTlsOptions {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly serverName?: string;
  readonly rejectUnauthorized: boolean;
  readonly ciphers: string;
  readonly ecdhCurve: string;
  /** In wire format: each name is preceded by its length. */
  readonly ALPNProtocols: string;
}

export interface BunSocketHandlers {
  open(socket: BunSocket): void;
  /** @param authorizationError why the server's certificate was not verified */
  handshake(socket: BunSocket, isSuccess: boolean, authorizationError: BunError | null): void;
  data(socket: BunSocket, chunk: Buffer): void;
  drain(socket: BunSocket): void;
  close(socket: BunSocket, error?: BunError): void;
  error(socket: BunSocket, error: BunError): void;
  connectError(socket: BunSocket, error: BunError): void;
}

export type BunError = Error & { readonly code?: string };

export interface BunSocket {
  /** Returns the number of bytes accepted; −1 when the socket is closed. */
  write(bytes: Uint8Array): number;
  terminate(): void;
  setNoDelay(isOn: boolean): boolean;
  /** The ALPN protocol that the server selected; `false`: none. */
  readonly alpnProtocol: string | false | null;
  /** An instance of node:crypto's X509Certificate, without the 6 ms to load that module. */
  getPeerX509Certificate(): { readonly constructor: unknown } | undefined;
  /** The last certificate of a chain refers to itself. @param isAbbreviated only the server's own certificate */
  getPeerCertificate(isAbbreviated: boolean): BunCertificate | undefined;
}

export interface BunCertificate {
  /** DER; absent when the server sent no certificate. */
  readonly raw?: Buffer;
  /** The next certificate that the server sent, whether or not it is the issuer's. */
  readonly issuerCertificate?: BunCertificate;
}

/** @throws Error when the connection has none */
export function certificateClassOf(socket: BunSocket): RuntimeCertificateClass {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) throw new Error('the connection has no certificate');
  return certificate.constructor as RuntimeCertificateClass;
}

/** `undefined` on Node.js. */
export const bun: Bun | undefined = (globalThis as { readonly Bun?: Bun }).Bun;
