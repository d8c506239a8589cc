import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * Called for each chunk from the server; `sentBytes` is the number of bytes sent before on this connection. Returns the chunk (or
 * another one) to send, `cut` to reset the connection, or `stall` to send nothing more while the connection stays open. A promise
 * delays this chunk and those after it.
 */
export type Tamper = (chunk: Buffer, sentBytes: number) => Verdict | Promise<Verdict>;
type Verdict = Buffer | 'cut' | 'stall';

/** A TCP proxy on loopback that changes the data from a server. */
export class TamperingProxy {
  readonly #sockets = new Set<Socket>();

  private constructor(
    readonly port: number,
    readonly server: Server,
  ) {}

  static async start(targetPort: number, tamper: Tamper): Promise<TamperingProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new TamperingProxy((server.address() as AddressInfo).port, server);
    server.on('connection', (client) => proxy.#join(client, connect(targetPort, '127.0.0.1'), tamper));
    return proxy;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  #join(client: Socket, upstream: Socket, tamper: Tamper): void {
    let sentBytes = 0;
    let isStalled = false;
    for (const socket of [client, upstream]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
    }
    client.on('data', (chunk) => {
      if (!isStalled) upstream.write(chunk);
    });
    upstream.on('data', async (chunk: Buffer) => {
      if (isStalled) return;
      const judged = tamper(chunk, sentBytes);
      sentBytes += chunk.length;
      if (judged instanceof Promise) upstream.pause();
      const verdict = judged instanceof Promise ? await judged : judged;
      upstream.resume();
      if (verdict === 'cut') client.resetAndDestroy();
      else if (verdict === 'stall') isStalled = true;
      else client.write(verdict);
    });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.end());
  }
}
