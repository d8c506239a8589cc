import type { ByteSocket } from '../socket/dial.js';
import { Http2Error } from './error.js';
import { DEFAULT_FRAME_BYTES, FRAME_HEADER_BYTES, type FrameHeader } from './frame.js';

/** Cuts what a connection receives into frames, wherever its chunks begin and end. */
export class FrameReader {
  /** The beginning of a frame whose end has not come. */
  readonly #partial = Buffer.allocUnsafe(FRAME_HEADER_BYTES + DEFAULT_FRAME_BYTES);
  #partialBytes = 0;

  /** @param onFrame the payload is a view: of the chunk, or of memory that the next frame overwrites */
  constructor(readonly onFrame: (header: FrameHeader, payload: Buffer) => void) {}

  /** @throws Http2Error when a frame is larger than allowed, as what is not HTTP/2 at all looks */
  push(chunk: Buffer): void {
    let at = this.#complete(chunk);
    while (at + FRAME_HEADER_BYTES <= chunk.length) {
      const end = at + frameBytes(chunk, at);
      if (end > chunk.length) break;
      this.#deliver(chunk, at, end);
      at = end;
    }
    this.#partialBytes += chunk.copy(this.#partial, this.#partialBytes, at);
  }

  /** Fills up the partial frame; gives back where the next one begins in the chunk. */
  #complete(chunk: Buffer): number {
    if (this.#partialBytes === 0) return 0;
    let at = this.#fill(chunk, 0, FRAME_HEADER_BYTES);
    if (this.#partialBytes < FRAME_HEADER_BYTES) return at;
    const size = frameBytes(this.#partial, 0);
    at = this.#fill(chunk, at, size);
    if (this.#partialBytes < size) return at;
    this.#partialBytes = 0;
    this.#deliver(this.#partial, 0, size);
    return at;
  }

  /** Copies from the chunk until the partial frame has so many bytes, or the chunk ends. */
  #fill(chunk: Buffer, at: number, size: number): number {
    const missing = Math.max(0, size - this.#partialBytes);
    const copied = chunk.copy(this.#partial, this.#partialBytes, at, at + missing);
    this.#partialBytes += copied;
    return at + copied;
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

function frameBytes(bytes: Buffer, at: number): number {
  const payloadBytes = bytes.readUIntBE(at, 3);
  if (payloadBytes > DEFAULT_FRAME_BYTES) {
    throw new Http2Error('FRAME_SIZE_ERROR', `a frame of ${payloadBytes} bytes`);
  }
  return FRAME_HEADER_BYTES + payloadBytes;
}

/** Answers that may wait for a peer that asks without reading; honest ones have a few dozen bytes on their way. */
const MAX_ANSWER_BYTES = 2 ** 20;

/** Frames on their way to the socket. What is sent by one piece of work goes out together. */
export class FrameWriter {
  readonly #socket: ByteSocket;
  #frames: Buffer[] = [];
  /** Since the socket last had nothing left to send. */
  #answerBytes = 0;

  constructor(socket: ByteSocket) {
    this.#socket = socket;
  }

  send(frame: Buffer): void {
    if (this.#frames.length === 0) queueMicrotask(() => this.flush());
    this.#frames.push(frame);
  }

  /** What the peer has asked for, and can ask for as often as it likes. @throws Http2Error when it does not read the answers */
  answer(frame: Buffer): void {
    this.#answerBytes += frame.length;
    if (this.#answerBytes > MAX_ANSWER_BYTES) {
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
    if (this.#socket.unsentBytes === 0) this.#answerBytes = 0;
    this.#socket.write(frames.length === 1 ? first : Buffer.concat(frames));
  }

  /** Nothing goes out any more. */
  discard(): void {
    this.#frames = [];
  }
}
