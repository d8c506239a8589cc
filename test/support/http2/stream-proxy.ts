import { once } from 'node:events';
import {
  type ClientHttp2Session,
  connect,
  constants,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';

/** Error codes with which a proxy or a server can reset a single stream. */
export const STREAM_RESETS = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'STREAM_CLOSED',
  'REFUSED_STREAM',
  'CANCEL',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
] as const;

const OF_GRPC = { ':status': 200, 'content-type': 'application/grpc' };

/** A proxy for gRPC without TLS that forwards each stream, and can end all streams that are open in the ways that proxies do. */
export class StreamProxy {
  readonly #server: Http2Server;
  readonly #target: string;
  readonly #sessions = new Map<ServerHttp2Session, ClientHttp2Session>();
  /** With the trailers to send. */
  readonly #streams = new Map<ServerHttp2Stream, IncomingHttpHeaders>();

  private constructor(target: string) {
    this.#target = target;
    this.#server = createServer();
    this.#server.on('session', (session) => this.#open(session));
    this.#server.on('stream', (stream, headers) => this.#forward(stream, headers));
  }

  /** @param target such as `http://127.0.0.1:2379` */
  static async start(target: string): Promise<StreamProxy> {
    const proxy = new StreamProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get endpoint(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Ends the open streams with RST_STREAM. @param name such as `CANCEL` */
  reset(name: string): void {
    const code = constants[`NGHTTP2_${name}` as keyof typeof constants] as number;
    for (const stream of this.#streams.keys()) stream.close(code);
  }

  /** Ends the open streams with these trailers. */
  end(trailers: IncomingHttpHeaders): void {
    for (const stream of this.#streams.keys()) {
      this.#streams.set(stream, trailers);
      if (!stream.headersSent) stream.respond(OF_GRPC, { waitForTrailers: true });
      stream.end();
    }
  }

  /** Announces the end of the connections with GOAWAY, and closes them. */
  async goAway(name: string): Promise<void> {
    const code = constants[`NGHTTP2_${name}` as keyof typeof constants] as number;
    const sessions = [...this.#sessions.keys()];
    for (const session of sessions) session.goaway(code);
    await new Promise(setImmediate);
    for (const session of sessions) session.destroy();
  }

  async close(): Promise<void> {
    for (const session of this.#sessions.keys()) session.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #open(session: ServerHttp2Session): void {
    const upstream = connect(this.#target);
    upstream.on('error', () => session.destroy());
    session.on('error', () => undefined);
    session.on('close', () => {
      this.#sessions.delete(session);
      upstream.destroy();
    });
    this.#sessions.set(session, upstream);
  }

  #forward(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const session = stream.session as ServerHttp2Session;
    const upstream = this.#sessions.get(session)?.request(headers);
    if (upstream === undefined) {
      stream.close();
      return;
    }
    this.#streams.set(stream, {});
    stream.on('error', () => undefined);
    stream.on('close', () => {
      this.#streams.delete(stream);
      upstream.close(constants.NGHTTP2_CANCEL);
    });
    stream.on('wantTrailers', () => stream.sendTrailers(this.#streams.get(stream) ?? {}));
    upstream.on('error', () => stream.close());
    upstream.on('response', (response, flags) => {
      if (stream.closed || stream.headersSent) return;
      const endStream = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
      stream.respond(response, endStream ? { endStream } : { waitForTrailers: true });
    });
    upstream.on('trailers', (trailers) => this.#streams.set(stream, trailers));
    stream.pipe(upstream);
    upstream.pipe(stream);
  }
}
