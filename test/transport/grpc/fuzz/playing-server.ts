import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { FrameType, PREFACE } from '../../../../src/transport/http2/frame.js';
import type { Script } from './script.js';

/** A request without a body is answered after this time: its DATA may wait for a window that never comes. */
const PATIENCE_MS = 15;
/** What one connection is sent at most. */
const MAX_FLOOD_BYTES = 24 * 2 ** 20;

/** A server on loopback that does on every connection what a script says. */
export class PlayingServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #script: Script | undefined;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<PlayingServer> {
    const server = createServer({ noDelay: true });
    const playing = new PlayingServer(server);
    server.on('connection', (socket) => playing.#accept(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return playing;
  }

  get endpoint(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** For the connections from now on. */
  play(script: Script): void {
    this.#script = script;
  }

  /** Whether a client is connected. */
  get hasConnections(): boolean {
    // Without reading, the end of a connection is not detected.
    for (const socket of this.#sockets) socket.resume();
    return this.#sockets.size > 0;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    const script = this.#script;
    if (script === undefined) socket.destroy();
    else void play(socket, script);
  }
}

async function play(socket: Socket, script: Script): Promise<void> {
  const requests = new RequestReader((streamId) => void respond(socket, script, streamId));
  if (script.family === 'stranger') {
    await send(socket, script.opening, script);
    socket.resume();
    await finish(socket, script);
    return;
  }
  let hasBegun = false;
  socket.on('data', (chunk) => {
    if (!hasBegun) void send(socket, script.opening, script);
    hasBegun = true;
    requests.push(chunk);
  });
}

async function respond(socket: Socket, script: Script, streamId: number): Promise<void> {
  if (script.isDeaf) socket.pause();
  await send(socket, script.response(streamId), script);
  await finish(socket, script);
}

async function finish(socket: Socket, script: Script): Promise<void> {
  if (script.flood !== undefined) await flood(socket, script.flood);
  else if (script.ending === 'end') socket.end();
  else if (script.ending === 'reset') socket.resetAndDestroy();
}

async function send(socket: Socket, bytes: Buffer, { partBytes = bytes.length }: Script): Promise<void> {
  for (let start = 0; start < bytes.length && socket.writable; start += partBytes) {
    socket.write(bytes.subarray(start, start + partBytes));
    // A large response takes no longer than a few hundred turns.
    if (start / partBytes < 200) await new Promise((resolve) => setImmediate(resolve));
  }
}

async function flood(socket: Socket, { start, chunk }: NonNullable<Script['flood']>): Promise<void> {
  if (socket.writable) socket.write(start);
  for (let sent = 0; sent < MAX_FLOOD_BYTES && socket.writable; sent += chunk.length) {
    if (socket.write(chunk)) await new Promise((resolve) => setImmediate(resolve));
    else await Promise.race([event(socket, 'drain'), event(socket, 'close')]);
  }
}

function event(socket: Socket, name: string): Promise<void> {
  return new Promise((resolve) => {
    socket.once(name, () => resolve());
  });
}

/** Finds the requests in what a client sends. */
class RequestReader {
  readonly #onRequest: (streamId: number) => void;
  readonly #answered = new Set<number>();
  #rest = Buffer.alloc(0);
  #skipped = PREFACE.length;

  constructor(onRequest: (streamId: number) => void) {
    this.#onRequest = onRequest;
  }

  push(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= this.#skipped + 9) {
      const end = this.#skipped + 9 + this.#rest.readUIntBE(this.#skipped, 3);
      if (end > this.#rest.length) return;
      this.#receive(this.#rest.subarray(this.#skipped, end));
      this.#rest = this.#rest.subarray(end);
      this.#skipped = 0;
    }
  }

  #receive(frame: Buffer): void {
    const [type, streamId] = [frame[3], frame.readUInt32BE(5)];
    if (type === FrameType.data) this.#request(streamId);
    else if (type === FrameType.headers) setTimeout(() => this.#request(streamId), PATIENCE_MS);
  }

  #request(streamId: number): void {
    if (this.#answered.has(streamId)) return;
    this.#answered.add(streamId);
    this.#onRequest(streamId);
  }
}
