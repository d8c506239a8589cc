import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  type ClientHttp2Session,
  connect,
  constants,
  createSecureServer,
  type Http2SecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Pki } from '../../../scripts/lib/pki.mjs';

/**
 * - `reset`: of four streams, one is passed on; one is refused unread (REFUSED_STREAM); one is passed on and its response withheld
 *   (INTERNAL_ERROR); one is reset after a while (CANCEL)
 * - `goaway`: each connection takes one stream, then GOAWAY comes: it is closed when its streams have ended (NO_ERROR), or soon after
 *   the second stream (ENHANCE_YOUR_CALM)
 */
export type Http2FaultMode = 'reset' | 'goaway';

/** How long a stream is left alone before it is reset, and a connection before it is closed. */
const GRACE_MS = 400;

const {
  NGHTTP2_CANCEL,
  NGHTTP2_ENHANCE_YOUR_CALM,
  NGHTTP2_FLAG_END_STREAM,
  NGHTTP2_INTERNAL_ERROR,
  NGHTTP2_REFUSED_STREAM,
} = constants;

/** An HTTP/2 proxy with TLS in front of one member, which ends streams and connections. */
export class Http2FaultProxy {
  mode: Http2FaultMode = 'reset';
  /** Streams and connections ended so far. */
  ended = 0;
  readonly #server: Http2SecureServer;
  readonly #sessions = new Set<ServerHttp2Session>();
  #streams = 0;

  private constructor(
    readonly targetPort: number,
    readonly pki: Pki,
  ) {
    const { server, caCert } = pki;
    const ca = readFileSync(caCert);
    this.#server = createSecureServer({ ...read(server), ca, requestCert: true, rejectUnauthorized: true });
    this.#server.on('session', (session) => this.#serve(session));
    this.#server.on('sessionError', () => {});
    this.#server.on('tlsClientError', () => {});
  }

  static async start(targetPort: number, pki: Pki): Promise<Http2FaultProxy> {
    const proxy = new Http2FaultProxy(targetPort, pki);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const session of this.#sessions) session.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(session: ServerHttp2Session): void {
    this.#sessions.add(session);
    const { client, caCert } = this.pki;
    const authority = `https://127.0.0.1:${this.targetPort}`;
    const upstream = connect(authority, { ...read(client), ca: readFileSync(caCert) });
    upstream.on('error', () => session.destroy());
    upstream.on('close', () => session.destroy());
    session.on('error', () => {});
    session.on('close', () => {
      this.#sessions.delete(session);
      upstream.destroy();
    });
    let streams = 0;
    session.on('stream', (stream, headers) => {
      stream.on('error', () => {});
      if (this.mode === 'reset') this.#resetSometimes(stream, headers, upstream);
      else {
        this.#goAway(session, ++streams);
        forward(stream, headers, upstream);
      }
    });
  }

  #resetSometimes(
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    upstream: ClientHttp2Session,
  ): void {
    const fate = this.#streams++ % 4;
    if (fate > 0) this.ended++;
    if (fate === 1) stream.close(NGHTTP2_REFUSED_STREAM);
    else if (fate === 2) forward(stream, headers, upstream, NGHTTP2_INTERNAL_ERROR);
    else {
      forward(stream, headers, upstream);
      if (fate === 3) setTimeout(() => stream.close(NGHTTP2_CANCEL), GRACE_MS);
    }
  }

  #goAway(session: ServerHttp2Session, streams: number): void {
    this.ended++;
    if (this.#streams++ % 2 === 0) {
      session.close();
      setTimeout(() => session.destroy(), 2 * GRACE_MS);
    } else if (streams > 1) {
      setTimeout(() => {
        if (session.destroyed) return;
        session.goaway(NGHTTP2_ENHANCE_YOUR_CALM);
        setImmediate(() => session.destroy());
      }, GRACE_MS);
    }
  }
}

/** @param withheldWith the code with which the stream is reset instead of a response */
function forward(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  upstream: ClientHttp2Session,
  withheldWith?: number,
): void {
  if (upstream.destroyed || upstream.closed) {
    stream.close(NGHTTP2_REFUSED_STREAM);
    return;
  }
  const request = upstream.request(headers, { endStream: false });
  let trailers: IncomingHttpHeaders = {};
  request.on('error', () => stream.close(NGHTTP2_INTERNAL_ERROR));
  request.on('trailers', (received) => {
    trailers = received;
  });
  request.on('response', (response, flags) => {
    if (withheldWith !== undefined) stream.close(withheldWith);
    else if (!stream.destroyed && !stream.closed) {
      const endStream = (flags & NGHTTP2_FLAG_END_STREAM) !== 0;
      stream.respond(response, endStream ? { endStream } : { waitForTrailers: true });
      if (!endStream) request.pipe(stream);
    }
  });
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  stream.on('close', () => request.close(NGHTTP2_CANCEL));
  stream.pipe(request);
}

function read({ cert, key }: Pki['server']) {
  return { cert: readFileSync(cert), key: readFileSync(key) };
}
