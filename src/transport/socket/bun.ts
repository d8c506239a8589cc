import type { Certificate } from '../tls/server-identity.js';

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
  readonly ca?: string | string[];
  readonly cert?: string;
  readonly key?: string;
  readonly serverName?: string;
  readonly rejectUnauthorized: boolean;
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
  getPeerX509Certificate(): Certificate | undefined;
}

/** `undefined` on Node.js. */
export const bun: Bun | undefined = (globalThis as { readonly Bun?: Bun }).Bun;
