import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from '../../../scripts/lib/etcd/ports.mjs';

/**
 * A TCP proxy in front of a server that simulates network failures:
 * - `pass`: forwards everything
 * - `cut`: accepts a connection and closes it at once
 * - `stall`: accepts a connection and never sends anything
 * - `freeze`: forwards nothing in either direction, on open connections too, until the mode changes
 *
 * `refuse` closes the listener, `limitOf` ends connections after a number of bytes, and `delayMs` makes the proxy slow.
 */
export type ProxyMode = 'pass' | 'cut' | 'stall' | 'freeze';

type Direction = 'toServer' | 'toClient';

/** What happens to a connection when this number of bytes has been forwarded in one direction. */
export interface ByteLimit {
  readonly direction: Direction;
  readonly bytes: number;
  /** `freeze` forwards nothing more in this direction. */
  readonly end: 'cut' | 'freeze';
}

export class FaultProxy {
  /** Connections accepted so far. */
  accepted = 0;
  /** Each block of data is forwarded after this time. */
  delayMs = 0;
  /** A connection on which nothing came for this time forwards nothing more, as behind a firewall that has forgotten it. */
  forgetsAfterMs = Number.POSITIVE_INFINITY;
  /** Called for each connection, with the number of those accepted before it. */
  limitOf: ((index: number) => ByteLimit) | undefined;
  /** The number of bytes forwarded to clients so far. */
  bytesToClients = 0;
  #mode: ProxyMode = 'pass';
  #thawed = Promise.resolve();
  #thaw = () => {};
  /** With the time at which each was accepted; the oldest first. */
  readonly #open = new Map<Socket, number>();
  readonly #server: Server;
  #port = 0;

  /** @param targetPort of connections that are accepted from now on */
  private constructor(public targetPort: number) {
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /** Without a port, the system chooses one. */
  static async start(targetPort: number, port = 0): Promise<FaultProxy> {
    const proxy = new FaultProxy(targetPort);
    proxy.#port = port;
    await proxy.listen();
    return proxy;
  }

  get mode(): ProxyMode {
    return this.#mode;
  }

  set mode(mode: ProxyMode) {
    this.#thaw();
    this.#mode = mode;
    if (mode !== 'freeze') return;
    this.#thawed = new Promise((resolve) => {
      this.#thaw = resolve;
    });
  }

  get port(): number {
    return this.#port;
  }

  get endpoint(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Number of open connections from clients. */
  get openConnections(): number {
    return this.#open.size;
  }

  /** When the oldest of the open connections was accepted; Infinity without one. */
  get oldestConnection(): number {
    const [acceptedAt = Number.POSITIVE_INFINITY] = this.#open.values();
    return acceptedAt;
  }

  /** Resets all open connections. New ones are handled according to `mode`. */
  cutAll(): void {
    for (const socket of this.#open.keys()) socket.resetAndDestroy();
  }

  /** Resets all open connections; new ones are refused until `listen` is called. */
  async refuse(): Promise<void> {
    this.#server.close();
    this.cutAll();
    await once(this.#server, 'close');
  }

  /** Accepts connections again after `refuse`, on the same port. */
  async listen(): Promise<void> {
    if (this.#server.listening) return;
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Forwards everything again. */
  async heal(): Promise<void> {
    this.mode = 'pass';
    this.delayMs = 0;
    this.forgetsAfterMs = Number.POSITIVE_INFINITY;
    this.limitOf = undefined;
    await this.listen();
  }

  async close(): Promise<void> {
    this.#thaw();
    for (const socket of this.#open.keys()) socket.destroy();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(client: Socket): void {
    const limit = this.limitOf?.(this.accepted);
    this.accepted++;
    this.#open.set(client, Date.now());
    client.on('error', () => {});
    client.on('close', () => this.#open.delete(client));
    if (this.#mode === 'cut') client.destroy();
    // Without reading, the end of the connection is not detected.
    else if (this.#mode === 'stall') client.resume();
    else this.#join(client, limit);
  }

  #join(client: Socket, limit: ByteLimit | undefined): void {
    const server = connect(this.targetPort, '127.0.0.1');
    server.on('error', () => client.destroy());
    server.on('close', () => client.destroy());
    client.on('close', () => server.destroy());
    const connection = { client, lastMs: performance.now() };
    const limitTo = (direction: Direction) => (limit?.direction === direction ? limit : undefined);
    const toServer = (chunks: AsyncIterable<Buffer>) =>
      this.#forward(chunks, connection, limitTo('toServer'));
    const toClient = (chunks: AsyncIterable<Buffer>) =>
      this.#counted(this.#forward(chunks, connection, limitTo('toClient')));
    // They fail when one of the sockets is closed, which closes the other one.
    pipeline(client, toServer, server).catch(() => {});
    pipeline(server, toClient, client).catch(() => {});
  }

  async *#forward(
    chunks: AsyncIterable<Buffer>,
    connection: { readonly client: Socket; lastMs: number },
    limit: ByteLimit | undefined,
  ): AsyncGenerator<Buffer> {
    const { client } = connection;
    let left = limit?.bytes ?? Number.POSITIVE_INFINITY;
    for await (const chunk of chunks) {
      const nowMs = performance.now();
      if (nowMs - connection.lastMs > this.forgetsAfterMs) connection.lastMs = Number.NEGATIVE_INFINITY;
      else connection.lastMs = nowMs;
      if (connection.lastMs < 0) await once(client, 'close');
      if (this.delayMs > 0) await delay(this.delayMs);
      while (this.#mode === 'freeze') await this.#thawed;
      yield left < chunk.length ? chunk.subarray(0, left) : chunk;
      left -= chunk.length;
      if (left > 0) continue;
      // The bytes before the limit are in the socket's buffers by now, which a reset would discard.
      if (limit?.end === 'cut') client.destroySoon();
      await once(client, 'close');
      return;
    }
  }

  async *#counted(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      this.bytesToClients += chunk.length;
      yield chunk;
    }
  }
}

/** A loopback port on which nothing listens. */
export async function closedPort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}
