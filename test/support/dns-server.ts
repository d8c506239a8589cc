/** A name server with a few records (RFC 1035), on an address of the loopback network and port 53, which resolvers use. */
import { createSocket, type Socket } from 'node:dgram';

export interface SrvTarget {
  readonly host: string;
  readonly port: number;
}

const TYPE = { a: 1, srv: 33 } as const;
const IN = 1;
const NAME_ERROR = 3;
const RESPONSE_WITH_RECURSION = 0x8580;

export class DnsServer {
  readonly #socket: Socket;
  readonly #srv: ReadonlyMap<string, SrvTarget>;
  readonly #addresses: ReadonlyMap<string, string>;

  private constructor(
    socket: Socket,
    srv: Readonly<Record<string, SrvTarget>>,
    addresses: Readonly<Record<string, string>>,
  ) {
    this.#socket = socket;
    this.#srv = new Map(Object.entries(srv));
    this.#addresses = new Map(Object.entries(addresses));
    socket.on('message', (query, { port, address }) => socket.send(this.#answer(query), port, address));
  }

  /** Rejects when this user may not listen on port 53. */
  static async start(
    address: string,
    srv: Readonly<Record<string, SrvTarget>>,
    addresses: Readonly<Record<string, string>>,
  ): Promise<DnsServer> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(53, address, resolve);
    });
    return new DnsServer(socket, srv, addresses);
  }

  stop(): void {
    this.#socket.close();
  }

  #answer(query: Buffer): Buffer {
    const { name, type, end } = questionOf(query);
    const data = this.#dataOf(name.toLowerCase(), type);
    const header = Buffer.from(query.subarray(0, 12));
    const isKnown = data !== undefined || this.#addresses.has(name.toLowerCase());
    header.writeUInt16BE(RESPONSE_WITH_RECURSION | (isKnown ? 0 : NAME_ERROR), 2);
    for (const [position, count] of [
      [4, 1],
      [6, data ? 1 : 0],
      [8, 0],
      [10, 0],
    ] as const) {
      header.writeUInt16BE(count, position);
    }
    return Buffer.concat([header, query.subarray(12, end), data ? record(type, data) : Buffer.alloc(0)]);
  }

  #dataOf(name: string, type: number): Buffer | undefined {
    const address = this.#addresses.get(name);
    if (type === TYPE.a && address !== undefined) return Buffer.from(address.split('.').map(Number));
    const target = this.#srv.get(name);
    if (type !== TYPE.srv || target === undefined) return undefined;
    // Priority and weight (both 0), then the port (RFC 2782).
    return Buffer.concat([Buffer.of(0, 0, 0, 0), uint16(target.port), encodeName(target.host)]);
  }
}

function questionOf(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let position = 12;
  for (let length = query[position] ?? 0; length > 0; length = query[position] ?? 0) {
    labels.push(query.toString('latin1', position + 1, position + 1 + length));
    position += 1 + length;
  }
  return { name: labels.join('.'), type: query.readUInt16BE(position + 1), end: position + 5 };
}

/** A resource record for the name in the question, with a TTL of a minute. */
function record(type: number, data: Buffer): Buffer {
  return Buffer.concat([
    uint16(0xc00c),
    uint16(type),
    uint16(IN),
    Buffer.of(0, 0, 0, 60),
    uint16(data.length),
    data,
  ]);
}

function encodeName(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label)]));
  return Buffer.concat([...labels, Buffer.of(0)]);
}

function uint16(value: number): Buffer {
  return Buffer.of(value >> 8, value & 0xff);
}
