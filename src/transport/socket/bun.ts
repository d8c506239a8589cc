import type { RuntimeCertificateClass } from '../tls/peer.js';

/**
 * What the standalone executable's runtime offers beside Node's modules, as far as it is used: sockets that are there without the
 * 3 ms to load `node:net`, and TLS without the 6 ms to load `node:tls` and make its first connection (https://bun.com/docs/api/tcp).
 */
export interface Bun {
  connect(options: BunConnectOptions): Promise<BunSocket>;
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
  /** As on the wire: each name after its length. */
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
  /** Gives back how many of the bytes it has taken; −1 when it is closed. */
  write(bytes: Uint8Array): number;
  terminate(): void;
  setNoDelay(isOn: boolean): boolean;
  /** What the server chose of the protocols that were offered; `false`: nothing. */
  readonly alpnProtocol: string | false | null;
  /** Its class is that of node:crypto, without the 6 ms to load that. */
  getPeerX509Certificate(): { readonly constructor: unknown } | undefined;
  /** The last one of a chain refers to itself. @param isAbbreviated without the others */
  getPeerCertificate(isAbbreviated: boolean): BunCertificate | undefined;
}

export interface BunCertificate {
  /** DER; absent when the server has sent none. */
  readonly raw?: Buffer;
  /** The next one that the server sent, whoever issued it. */
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
