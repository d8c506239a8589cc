import type { ByteSocket } from '../socket/dial.js';
import { Http2Error } from './error.js';
import { DEFAULT_MAX_FRAME_BYTES, FRAME_HEADER_BYTES, type FrameHeader } from './frame.js';

/** Splits the bytes received on a connection into frames; chunks may begin and end anywhere. */
export class FrameReader {
  /** The received part of an incomplete frame. */
  readonly #partial = Buffer.allocUnsafe(FRAME_HEADER_BYTES + DEFAULT_MAX_FRAME_BYTES);
  #partialBytes = 0;

  /** @param onFrame the payload is a view of the chunk, or of a buffer that the next frame overwrites */
  constructor(readonly onFrame: (header: FrameHeader, payload: Buffer) => void) {}

  /** @throws Http2Error when a frame is larger than allowed, which is also how data that is not HTTP/2 is detected */
  push(chunk: Buffer): void {
    let offset = this.#completePartial(chunk);
    while (offset + FRAME_HEADER_BYTES <= chunk.length) {
      const end = offset + frameLength(chunk, offset);
      if (end > chunk.length) break;
      this.#deliver(chunk, offset, end);
      offset = end;
    }
    this.#partialBytes += chunk.copy(this.#partial, this.#partialBytes, offset);
  }

  /** Completes the partial frame. Returns the offset of the next frame in the chunk. */
  #completePartial(chunk: Buffer): number {
    if (this.#partialBytes === 0) return 0;
    let offset = this.#fill(chunk, 0, FRAME_HEADER_BYTES);
    if (this.#partialBytes < FRAME_HEADER_BYTES) return offset;
    const size = frameLength(this.#partial, 0);
    offset = this.#fill(chunk, offset, size);
    if (this.#partialBytes < size) return offset;
    this.#partialBytes = 0;
    this.#deliver(this.#partial, 0, size);
    return offset;
  }

  /** Copies from the chunk until the partial frame has `size` bytes or the chunk ends. Returns the offset behind the copied bytes. */
  #fill(chunk: Buffer, offset: number, size: number): number {
    const missing = Math.max(0, size - this.#partialBytes);
    const copied = chunk.copy(this.#partial, this.#partialBytes, offset, offset + missing);
    this.#partialBytes += copied;
    return offset + copied;
  }

  #deliver(bytes: Buffer, start: number, end: number): void {
    const header: FrameHeader = {
      type: bytes[start + 3] ?? 0,
      flags: bytes[start + 4] ?? 0,
      streamId: bytes.readUInt32BE(start + 5) & 0x7fff_ffff,
    };
    this.onFrame(header, bytes.subarray(start + FRAME_HEADER_BYTES, end));
  }
}

function frameLength(bytes: Buffer, offset: number): number {
  const payloadBytes = bytes.readUIntBE(offset, 3);
  if (payloadBytes > DEFAULT_MAX_FRAME_BYTES) {
    throw new Http2Error('FRAME_SIZE_ERROR', `a frame of ${payloadBytes} bytes`);
  }
  return FRAME_HEADER_BYTES + payloadBytes;
}

/** Limit of queued acknowledgements, against a peer that sends PING or SETTINGS without reading. Normal is a few dozen bytes. */
const MAX_QUEUED_ACK_BYTES = 2 ** 20;

/** Queues frames for the socket. Frames sent in the same turn of the event loop are written together. */
export class FrameWriter {
  readonly #socket: ByteSocket;
  #frames: Buffer[] = [];
  /** Bytes of acknowledgements sent since the socket's send buffer was last empty. */
  #queuedAckBytes = 0;

  constructor(socket: ByteSocket) {
    this.#socket = socket;
  }

  send(frame: Buffer): void {
    if (this.#frames.length === 0) queueMicrotask(() => this.flush());
    this.#frames.push(frame);
  }

  /** Sends an acknowledgement of SETTINGS or PING. @throws Http2Error when too many are queued because the peer does not read them */
  sendAck(frame: Buffer): void {
    this.#queuedAckBytes += frame.length;
    if (this.#queuedAckBytes > MAX_QUEUED_ACK_BYTES) {
      throw new Http2Error(
        'ENHANCE_YOUR_CALM',
        'too many answers are queued because the peer does not read them',
      );
    }
    this.send(frame);
  }

  flush(): void {
    const frames = this.#frames;
    this.#frames = [];
    const [first] = frames;
    if (first === undefined) return;
    if (this.#socket.unsentBytes === 0) this.#queuedAckBytes = 0;
    this.#socket.write(frames.length === 1 ? first : Buffer.concat(frames));
  }

  /** Drops the queued frames. */
  discard(): void {
    this.#frames = [];
  }
}
