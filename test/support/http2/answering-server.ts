import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Flag, FrameType, frame, PREFACE } from '../../../src/transport/http2/frame.js';
import { data, goAway, headers, NO_SETTINGS } from './scripted-peer.js';

/** The response to each request: frames for its stream, or the end of the connection; `reset` once the client has read the frames. */
export type Answer = readonly (((streamId: number) => Buffer) | 'close' | 'reset')[];

type Fields = Readonly<Record<string, string>>;

export const answers = {
  head: (fields: Fields) => (streamId: number) => headers(streamId, fields),
  last: (fields: Fields) => (streamId: number) => headers(streamId, fields, Flag.endHeaders | Flag.endStream),
  data: (bytes: string) => (streamId: number) => data(streamId, Buffer.from(bytes, 'latin1')),
  lastData: (bytes: string) => (streamId: number) =>
    data(streamId, Buffer.from(bytes, 'latin1'), Flag.endStream),
  reset: (code: number) => (streamId: number) => {
    const payload = Buffer.alloc(4);
    payload.writeUInt32BE(code);
    return frame({ type: FrameType.resetStream, flags: 0, streamId }, payload);
  },
  goAway: (code: number) => (streamId: number) => goAway(streamId, code),
} as const;

/** An HTTP/2 server on loopback that sends the same frames in response to every request, including invalid ones. */
export class AnsweringServer {
  readonly #sockets = new Set<Socket>();

  private constructor(readonly server: Server) {}

  static async start(answer: Answer): Promise<AnsweringServer> {
    const server = createServer();
    const answering = new AnsweringServer(server);
    server.on('connection', (socket) => answering.#serve(socket, answer));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return answering;
  }

  get endpoint(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  #serve(socket: Socket, answer: Answer): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.write(NO_SETTINGS);
    const answered = new Set<number>();
    let rest = Buffer.alloc(0);
    let skipped = PREFACE.length;
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      for (let end = endOfFrame(rest, skipped); end <= rest.length; end = endOfFrame(rest, skipped)) {
        this.#handleFrame(socket, rest.subarray(skipped, end), { answer, answered });
        rest = rest.subarray(end);
        skipped = 0;
      }
    });
  }

  #handleFrame(
    socket: Socket,
    received: Buffer,
    { answer, answered }: { readonly answer: Answer; readonly answered: Set<number> },
  ): void {
    const [type, flags, streamId] = [received[3], received[4] ?? 0, received.readUInt32BE(5)];
    const isAsked = type === FrameType.settings || type === FrameType.ping;
    // Node.js reports EOF for a reset that it finds together with data: the client must have read the data before.
    if (type === FrameType.ping && flags & Flag.ack) socket.resetAndDestroy();
    if (isAsked && !(flags & Flag.ack)) {
      const payload = type === FrameType.ping ? received.subarray(9) : Buffer.alloc(0);
      socket.write(frame({ type, flags: Flag.ack, streamId: 0 }, payload));
    }
    // Responds after the request's DATA frame: before that, a client could fail because it cannot send it.
    if (type !== FrameType.data || answered.has(streamId)) return;
    answered.add(streamId);
    for (const part of answer) {
      if (part === 'close') socket.end();
      else if (part === 'reset')
        socket.write(frame({ type: FrameType.ping, flags: 0, streamId: 0 }, Buffer.alloc(8)));
      else socket.write(part(streamId));
    }
  }
}

/** The offset behind the frame at `start`; Infinity while its length has not been received. */
function endOfFrame(bytes: Buffer, start: number): number {
  return bytes.length < start + 9 ? Number.POSITIVE_INFINITY : start + 9 + bytes.readUIntBE(start, 3);
}
