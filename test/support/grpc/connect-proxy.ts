import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';

interface ConnectProxyOptions {
  /** The status with which requests are rejected. */
  readonly status?: number | undefined;
  /** Clients speak TLS to the proxy. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
}

/** An HTTP proxy on loopback, which connects every CONNECT request to one server. */
export class ConnectProxy {
  /** `host:port` and `Proxy-Authorization` of each request. */
  readonly asked: { readonly authority: string | undefined; readonly authorization: string | undefined }[] =
    [];
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor(targetPort: number, { status, tls }: ConnectProxyOptions) {
    this.#server = tls === undefined ? createServer() : createHttpsServer(tls);
    this.#server.on('connect', (request: IncomingMessage, client: Socket) => {
      this.asked.push({
        authority: request.url,
        authorization: request.headers['proxy-authorization'],
      });
      this.#keep(client);
      if (status !== undefined) client.end(`HTTP/1.1 ${status} Refused\r\n\r\n`);
      else this.#join(client, targetPort);
    });
  }

  static async start(targetPort: number, options: ConnectProxyOptions = {}): Promise<ConnectProxy> {
    const proxy = new ConnectProxy(targetPort, options);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: Socket, targetPort: number): void {
    const upstream = connect(targetPort, '127.0.0.1', () => client.write('HTTP/1.1 200 OK\r\n\r\n'));
    this.#keep(upstream);
    client.pipe(upstream).pipe(client);
    client.on('close', () => upstream.destroy());
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
  }
}
