/** Apart from `dial.ts`, because the npm package, which does not dial, needs it too. */

/**
 * What an attempt to connect waits for: `address` for the name and the TCP connection, `proxy` for the proxy's answer, `tls` for the
 * handshake, `http2` for the server's SETTINGS.
 */
export type ConnectStage = 'address' | 'proxy' | 'tls' | 'http2';

/** The attempt to connect took too long. */
export class ConnectTimeoutError extends Error {
  constructor(readonly stage: ConnectStage) {
    super('ETIMEDOUT');
  }
}
