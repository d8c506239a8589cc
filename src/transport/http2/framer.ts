import type { ByteSocket } from '../socket/dial.js';
import { Http2Error } from './error.js';
import { DEFAULT_MAX_FRAME_BYTES, FRAME_HEADER_BYTES, type FrameHeader } from './frame.js';

/** Cuts what a connection receives into frames, wherever its chunks begin and end. */
export class FrameReader {
  /** The beginning of a frame whose end has not come. */
  readonly #partial = Buffer.allocUnsafe(FRAME_HEADER_BYTES + DEFAULT_MAX_FRAME_BYTES);
  #partialBytes = 0;

  /** @param onFrame the payload is a view: of the chunk, or of memory that the next frame overwrites */
  constructor(readonly onFrame: (header: FrameHeader, payload: Buffer) => void) {}

  /** @throws Http2Error when a frame is larger than allowed, as what is not HTTP/2 at all looks */
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

  /** Fills up the partial frame; gives back where the next one begins in the chunk. */
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

  /** Copies from the chunk until the partial frame has so many bytes, or the chunk ends. */
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

/** Answers that may wait for a peer that asks without reading; honest ones have a few dozen bytes on their way. */
const MAX_QUEUED_ACK_BYTES = 2 ** 20;

/** Frames on their way to the socket. What is sent by one piece of work goes out together. */
export class FrameWriter {
  readonly #socket: ByteSocket;
  #frames: Buffer[] = [];
  /** Since the socket last had nothing left to send. */
  #queuedAckBytes = 0;

  constructor(socket: ByteSocket) {
    this.#socket = socket;
  }

  send(frame: Buffer): void {
    if (this.#frames.length === 0) queueMicrotask(() => this.flush());
    this.#frames.push(frame);
  }

  /** What the peer has asked for, and can ask for as often as it likes. @throws Http2Error when it does not read the answers */
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

  /** Nothing goes out any more. */
  discard(): void {
    this.#frames = [];
  }
}
