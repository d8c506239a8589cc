import type { ForwardProxy } from '../proxy.js';
import type { Security } from '../tls/security.js';

export type Place = { readonly path: string } | { readonly host: string; readonly port: number };

export interface Destination {
  readonly place: Place;
  /** Between this machine and the place. */
  readonly proxy: ForwardProxy | undefined;
  readonly security: Security;
  /** Name or IP address that the server's certificate must carry, unless the security names another. */
  readonly certifiedHost: string;
}

export interface SocketEvents {
  readonly onData: (chunk: Buffer) => void;
  /** The last that is heard; with what broke the connection, unless the server ended it in order. */
  readonly onClose: (error?: Error) => void;
}

/** Bytes to a server and back, over TLS or not. */
export interface ByteSocket {
  /** To be called once, in the turn of the event loop in which the socket was had. Nothing is heard before it returns. */
  listen(events: SocketEvents): void;
  write(bytes: Buffer): void;
  /** Written, and still in this process. */
  readonly unsentBytes: number;
  /** At once; `onClose` follows. */
  destroy(error?: Error): void;
}
