import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * A TCP proxy in front of the peer port of a member without TLS, which can cut off one of the other members. Each connection begins with
 * an HTTP request whose header names the member that made it (etcd server/etcdserver/api/rafthttp, `X-Server-From`).
 */
export class PeerProxy {
  readonly #open = new Set<{ readonly client: Socket; from: string }>();
  #isRefused: (from: string) => boolean = () => false;

  private constructor(
    readonly port: number,
    readonly server: Server,
  ) {}

  static async start(targetPort: number): Promise<PeerProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new PeerProxy((server.address() as AddressInfo).port, server);
    server.on('connection', (client) => proxy.#join(client, targetPort));
    return proxy;
  }

  /** Ends the connections of a member, and refuses later ones. @param from its id in hexadecimal; absent: all members */
  cutOff(from?: string): void {
    this.#isRefused = (other) => from === undefined || other === from;
    for (const connection of this.#open) if (this.#isRefused(connection.from)) connection.client.destroy();
  }

  async close(): Promise<void> {
    for (const { client } of this.#open) client.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  #join(client: Socket, targetPort: number): void {
    const connection = { client, from: '' };
    const target = connect(targetPort, '127.0.0.1');
    this.#open.add(connection);
    for (const socket of [client, target]) socket.on('error', () => undefined);
    client.once('data', (first: Buffer) => {
      connection.from = /^X-Server-From: (\w+)/im.exec(first.toString('latin1'))?.[1] ?? '';
      if (this.#isRefused(connection.from)) {
        client.destroy();
        return;
      }
      target.write(first);
      client.pipe(target);
    });
    target.pipe(client);
    client.on('close', () => {
      this.#open.delete(connection);
      target.destroy();
    });
    target.on('close', () => client.destroy());
  }
}
