import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * A TCP proxy in front of a server that simulates network failures:
 * - `pass`: forwards everything
 * - `cut`: accepts a connection and closes it at once
 * - `stall`: accepts a connection and never sends anything
 */
export type ProxyMode = 'pass' | 'cut' | 'stall';

export class FaultProxy {
  mode: ProxyMode = 'pass';
  /** Connections accepted so far. */
  accepted = 0;
  readonly #open = new Set<Socket>();
  readonly #server: Server;

  private constructor(readonly targetPort: number) {
    this.#server = createServer((socket) => this.#accept(socket));
  }

  static async start(targetPort: number): Promise<FaultProxy> {
    const proxy = new FaultProxy(targetPort);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get endpoint(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Number of open connections from clients. */
  get openConnections(): number {
    return this.#open.size;
  }

  /** Resets all open connections. New ones are handled according to `mode`. */
  cutAll(): void {
    for (const socket of this.#open) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(client: Socket): void {
    this.accepted++;
    this.#open.add(client);
    client.on('error', () => {});
    client.on('close', () => this.#open.delete(client));
    if (this.mode === 'cut') client.destroy();
    // Without reading, the end of the connection is not detected.
    else if (this.mode === 'stall') client.resume();
    else this.#join(client);
  }

  #join(client: Socket): void {
    const server = connect(this.targetPort, '127.0.0.1');
    server.on('error', () => client.destroy());
    server.on('close', () => client.destroy());
    client.on('close', () => server.destroy());
    client.pipe(server).pipe(client);
  }
}

/** A loopback port on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
