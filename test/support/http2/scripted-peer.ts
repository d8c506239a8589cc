import { type ResetCode, resetCodeOf } from '../../../src/transport/http2/error.js';
import { FrameType, frame, PREFACE, settingsFrame } from '../../../src/transport/http2/frame.js';
import { encodeHeaders } from '../../../src/transport/http2/hpack/encoder.js';
import type { ByteSocket, SocketEvents } from '../../../src/transport/socket/dial.js';

export interface SentFrame {
  readonly type: keyof typeof FrameType;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

/** The server's end of a connection: the test sends every frame itself. */
export class ScriptedPeer implements ByteSocket {
  unsentBytes = 0;
  isClosed = false;
  #events: SocketEvents | undefined;
  #received = Buffer.alloc(0);

  listen(events: SocketEvents): void {
    this.#events = events;
  }

  write(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
  }

  destroy(error?: Error): void {
    if (this.isClosed) return;
    this.isClosed = true;
    setImmediate(() => this.#events?.onClose(error));
  }

  /** Sends the frames in one chunk. */
  send(...frames: readonly Buffer[]): void {
    this.#events?.onData(Buffer.concat(frames));
  }

  closeConnection(error?: Error): void {
    this.isClosed = true;
    this.#events?.onClose(error);
  }

  /** The bytes received and not taken yet, including the preface. */
  get received(): Buffer {
    return this.#received;
  }

  /** The frames received since the last call. Waits for the present turn of the event loop to end. */
  async takeReceivedFrames(): Promise<SentFrame[]> {
    await turn();
    let rest = this.#received;
    this.#received = Buffer.alloc(0);
    if (rest.subarray(0, PREFACE.length).toString() === PREFACE) rest = rest.subarray(PREFACE.length);
    const frames: SentFrame[] = [];
    while (rest.length > 0) {
      const end = 9 + rest.readUIntBE(0, 3);
      frames.push({
        type: typeOf(rest[3]),
        flags: rest[4] ?? 0,
        streamId: rest.readUInt32BE(5),
        payload: rest.subarray(9, end),
      });
      rest = rest.subarray(end);
    }
    return frames;
  }
}

/** Resolves when everything sent in this turn of the event loop has been written. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

/** The error code of the GOAWAY among the frames. */
export function goAwayCode(frames: readonly SentFrame[]): ResetCode | undefined {
  const goAway = frames.find(({ type }) => type === 'goAway');
  return goAway && resetCodeOf(goAway.payload.readUInt32BE(4));
}

export const NO_SETTINGS = settingsFrame([]);

export function headers(streamId: number, fields: Readonly<Record<string, string>>, flags = 0x4): Buffer {
  return frame({ type: FrameType.headers, flags, streamId }, encodeHeaders(Object.entries(fields)));
}

export function data(streamId: number, payload: Uint8Array | string, flags = 0): Buffer {
  return frame({ type: FrameType.data, flags, streamId }, Buffer.from(payload));
}

export function goAway(lastId: number, code = 0): Buffer {
  const payload = Buffer.alloc(8);
  payload.writeUInt32BE(lastId);
  payload.writeUInt32BE(code, 4);
  return frame({ type: FrameType.goAway, flags: 0, streamId: 0 }, payload);
}

function typeOf(number: number | undefined): keyof typeof FrameType {
  const known = Object.entries(FrameType).find(([, value]) => value === number);
  if (known === undefined) throw new Error(`no frame has the type ${number}`);
  return known[0] as keyof typeof FrameType;
}
