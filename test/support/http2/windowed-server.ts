import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import {
  ackFrame,
  Flag,
  FrameType,
  PREFACE,
  parseSettings,
  Setting,
} from '../../../src/transport/http2/frame.js';
import { data, headers, NO_SETTINGS } from './scripted-peer.js';

const MAX_FRAME_BYTES = 16 * 1024;

interface WindowedOptions {
  /** With its prefix. */
  readonly message: Buffer;
  readonly messages: number;
  readonly ignoresWindow: boolean;
}

/** An HTTP/2 server on loopback that responds with a message many times, as fast as the client's windows allow, or faster. */
export class WindowedServer {
  sentBytes = 0;
  readonly #server: Server;
  readonly #options: WindowedOptions;
  readonly #sockets = new Set<Socket>();
  #isRefused = false;
  #starvedSinceMs = Number.POSITIVE_INFINITY;

  private constructor(server: Server, options: WindowedOptions) {
    this.#server = server;
    this.#options = options;
  }

  static async start(options: WindowedOptions): Promise<WindowedServer> {
    const server = createServer();
    const windowed = new WindowedServer(server, options);
    server.on('connection', (socket) => windowed.#serve(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return windowed;
  }

  get endpoint(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Whether a client has reset the stream or closed the connection. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  /** For how long it has been waiting for a window. */
  get starvedMs(): number {
    return performance.now() - this.#starvedSinceMs;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#isRefused = true;
      this.#sockets.delete(socket);
    });
    socket.write(NO_SETTINGS);
    const state: ConnectionState = { connectionWindow: 65_535, streamWindow: 65_535, left: undefined };
    let rest = Buffer.alloc(0);
    let skipped = PREFACE.length;
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= skipped + 9) {
        const end = skipped + 9 + rest.readUIntBE(skipped, 3);
        if (end > rest.length) break;
        this.#receive(rest.subarray(skipped, end), socket, state);
        rest = rest.subarray(end);
        skipped = 0;
      }
      this.#send(socket, state);
    });
  }

  #receive(frame: Buffer, socket: Socket, state: ConnectionState): void {
    const [type, flags = 0, streamId] = [frame[3], frame[4], frame.readUInt32BE(5)];
    if (type === FrameType.resetStream || type === FrameType.goAway) this.#isRefused = true;
    if (type === FrameType.headers) {
      const { message, messages } = this.#options;
      state.left = Buffer.concat(Array.from({ length: messages }, () => message));
      socket.write(headers(1, { ':status': '200', 'content-type': 'application/grpc' }));
    }
    if (type === FrameType.windowUpdate) {
      if (streamId === 0) state.connectionWindow += frame.readUInt32BE(9);
      else state.streamWindow += frame.readUInt32BE(9);
    }
    if (type !== FrameType.settings || flags & Flag.ack) return;
    socket.write(ackFrame(FrameType.settings));
    for (const [id, value] of parseSettings(frame.subarray(9))) {
      if (id === Setting.initialWindowSize) state.streamWindow = value;
    }
  }

  #send(socket: Socket, state: ConnectionState): void {
    const { ignoresWindow } = this.#options;
    while (state.left !== undefined && state.left.length > 0) {
      const window = ignoresWindow ? MAX_FRAME_BYTES : Math.min(state.connectionWindow, state.streamWindow);
      const part = state.left.subarray(0, Math.min(window, MAX_FRAME_BYTES));
      this.#starvedSinceMs = part.length === 0 ? performance.now() : Number.POSITIVE_INFINITY;
      if (part.length === 0) return;
      state.left = state.left.subarray(part.length);
      state.connectionWindow -= part.length;
      state.streamWindow -= part.length;
      this.sentBytes += part.length;
      socket.write(data(1, part));
    }
    if (state.left !== undefined) socket.write(headers(1, { 'grpc-status': '0' }, END));
    state.left = undefined;
  }
}

const END = Flag.endHeaders | Flag.endStream;

interface ConnectionState {
  connectionWindow: number;
  streamWindow: number;
  /** What is left of the response; undefined before the request and after the response. */
  left: Buffer | undefined;
}

/** A gRPC message with its prefix. */
export function lengthPrefixed(message: Uint8Array): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}
