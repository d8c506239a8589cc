/** Servers on loopback that are not what the client expects. */
import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttp2Server, type ServerHttp2Session } from 'node:http2';
import { type AddressInfo, createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type TlsOptions } from 'node:tls';

/** The bodies of responses by path. */
export type HttpAnswers = Readonly<Record<string, string>>;

export function answering(answers: HttpAnswers): RequestListener {
  return ({ url = '' }, response) => {
    const body = answers[url];
    response.statusCode = body === undefined ? 404 : 200;
    response.end(body);
  };
}

/** Keeps what the tests have started, and closes it. */
export class FailingServers {
  readonly #sockets = new Set<Socket>();
  readonly #servers: Server[] = [];

  /** Resolves with the port, if there is one. */
  async listen(server: Server, where: ListenOptions = { host: '127.0.0.1', port: 0 }): Promise<number> {
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => this.#sockets.delete(socket));
    });
    server.on('tlsClientError', () => {});
    server.listen(where);
    await once(server, 'listening');
    this.#servers.push(server);
    return where.path === undefined ? (server.address() as AddressInfo).port : 0;
  }

  tcp(onConnection: (socket: Socket) => void, where?: ListenOptions): Promise<number> {
    return this.listen(
      createServer((socket) => {
        onConnection(socket);
      }),
      where,
    );
  }

  /** Accepts and never sends anything. */
  silent(where?: ListenOptions): Promise<number> {
    return this.tcp((socket) => socket.resume(), where);
  }

  tls(options: TlsOptions, onConnection: (socket: TLSSocket) => void): Promise<number> {
    return this.listen(createTlsServer(options, onConnection));
  }

  /** A web server: HTTP/1.1 without TLS. */
  http1(answers: HttpAnswers = { '/version': 'hello' }): Promise<number> {
    return this.listen(createHttpServer(answering(answers)));
  }

  /** An HTTP/2 server without TLS, whose sessions are given to the test. */
  http2(onSession: (session: ServerHttp2Session) => void): Promise<number> {
    const server = createHttp2Server();
    server.on('session', (session) => {
      session.on('error', () => {});
      onSession(session);
    });
    server.on('stream', (stream) => stream.on('error', () => {}));
    return this.listen(server);
  }

  /** A proxy that answers CONNECT with these bytes; without, it says nothing. */
  proxy(answer?: string): Promise<number> {
    return this.tcp((socket) => {
      socket.once('data', () => answer !== undefined && socket.end(answer));
    });
  }

  /** A port on which nothing listens. */
  async closedPort(host = '127.0.0.1'): Promise<number> {
    const server = createServer();
    server.listen(0, host);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    return port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(
      this.#servers.map((server) => {
        server.close();
        return once(server, 'close');
      }),
    );
  }
}
