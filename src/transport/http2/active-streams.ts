import { Http2Error } from './error.js';
import {
  DEFAULT_MAX_FRAME_BYTES,
  DEFAULT_WINDOW_BYTES,
  Flag,
  FrameType,
  frame,
  MAX_FRAME_BYTES,
  MAX_WINDOW_BYTES,
  Setting,
} from './frame.js';
import type { Stream } from './stream.js';

/**
 * The streams of a connection whose response is not complete. Sends their requests in order, as far as flow control and the limit of
 * concurrent streams allow.
 */
export class ActiveStreams {
  readonly #send: (frame: Buffer) => void;
  readonly #open = new Map<number, Stream>();
  /** Streams whose request is not sent completely, in the order of `add`. */
  readonly #pending = new Set<Stream>();
  #acceptsNewStreams = true;
  #nextId = 1;
  #maxStreams = Number.POSITIVE_INFINITY;
  #maxFrameBytes = DEFAULT_MAX_FRAME_BYTES;
  #initialStreamWindow = DEFAULT_WINDOW_BYTES;
  #connectionWindow = DEFAULT_WINDOW_BYTES;

  constructor(send: (frame: Buffer) => void) {
    this.#send = send;
  }

  get isEmpty(): boolean {
    return this.#open.size === 0 && this.#pending.size === 0;
  }

  /** The request is sent by the next `sendPending`. */
  add(stream: Stream): void {
    this.#pending.add(stream);
  }

  isOpen(stream: Stream): boolean {
    return this.#open.has(stream.id);
  }

  has(stream: Stream): boolean {
    return this.isOpen(stream) || this.#pending.has(stream);
  }

  /** `undefined` when the stream has ended. @throws Http2Error when it was never opened */
  find(streamId: number): Stream | undefined {
    if (streamId % 2 === 0 || streamId >= this.#nextId) {
      throw new Http2Error('PROTOCOL_ERROR', `a frame for stream ${streamId}, which was never opened`);
    }
    return this.#open.get(streamId);
  }

  remove(stream: Stream): void {
    this.#open.delete(stream.id);
    this.#pending.delete(stream);
  }

  /** Removes and returns the streams that are not opened or have a larger ID. From then on no stream is opened. */
  removeAbove(lastId: number): Stream[] {
    this.#acceptsNewStreams = false;
    const all = new Set([...this.#open.values(), ...this.#pending]);
    const removed = [...all].filter(({ id }) => id === 0 || id > lastId);
    for (const stream of removed) this.remove(stream);
    return removed;
  }

  removeAll(): Stream[] {
    return this.removeAbove(0);
  }

  /** Applies the peer's settings. @throws Http2Error for values that are not allowed */
  apply(settings: Iterable<readonly [id: number, value: number]>): void {
    for (const [id, value] of settings) {
      if (id === Setting.maxConcurrentStreams) this.#maxStreams = value;
      else if (id === Setting.maxFrameSize) this.#setMaxFrameBytes(value);
      else if (id === Setting.initialWindowSize) this.#setInitialWindow(value);
    }
  }

  /** WINDOW_UPDATE for a stream, or for the connection (0). @throws Http2Error */
  increaseWindow(streamId: number, bytes: number): void {
    if (bytes === 0) throw new Http2Error('PROTOCOL_ERROR', 'WINDOW_UPDATE with an increment of 0');
    if (streamId === 0) this.#connectionWindow = increased(this.#connectionWindow, bytes);
    else {
      const stream = this.find(streamId);
      if (stream !== undefined) stream.sendWindow = increased(stream.sendWindow, bytes);
    }
  }

  /** Sends as much of the waiting requests as is allowed. */
  sendPending(): void {
    for (const stream of this.#pending) {
      if (stream.headerBlock !== undefined) {
        if (!this.#acceptsNewStreams || this.#open.size >= this.#maxStreams) return;
        this.#sendHeaders(stream, stream.headerBlock);
      }
      this.#sendBody(stream);
      if (stream.isSent) this.#pending.delete(stream);
      if (this.#connectionWindow <= 0) return;
    }
  }

  #sendHeaders(stream: Stream, block: Buffer): void {
    stream.id = this.#nextId;
    stream.sendWindow = this.#initialStreamWindow;
    stream.headerBlock = undefined;
    this.#nextId += 2;
    this.#open.set(stream.id, stream);
    for (let offset = 0; offset === 0 || offset < block.length; offset += this.#maxFrameBytes) {
      const part = block.subarray(offset, offset + this.#maxFrameBytes);
      const isLast = offset + part.length >= block.length;
      const type = offset === 0 ? FrameType.headers : FrameType.continuation;
      this.#send(frame({ type, flags: isLast ? Flag.endHeaders : 0, streamId: stream.id }, part));
    }
  }

  #sendBody(stream: Stream): void {
    while (!stream.isSent) {
      const part = stream.takeBody(Math.min(this.#connectionWindow, stream.sendWindow, this.#maxFrameBytes));
      if (part === undefined) return;
      this.#connectionWindow -= part.length;
      stream.sendWindow -= part.length;
      const flags = stream.isSent ? Flag.endStream : 0;
      this.#send(frame({ type: FrameType.data, flags, streamId: stream.id }, part));
      stream.reportDrain();
    }
  }

  #setMaxFrameBytes(bytes: number): void {
    if (bytes < DEFAULT_MAX_FRAME_BYTES || bytes > MAX_FRAME_BYTES) {
      throw new Http2Error('PROTOCOL_ERROR', `frames of ${bytes} bytes`);
    }
    this.#maxFrameBytes = bytes;
  }

  /** The windows of open streams change by the same difference, and can become negative (RFC 9113, 6.9.2). */
  #setInitialWindow(bytes: number): void {
    const change = increased(0, bytes) - this.#initialStreamWindow;
    for (const stream of this.#open.values()) stream.sendWindow = increased(stream.sendWindow, change);
    this.#initialStreamWindow = bytes;
  }
}

function increased(windowBytes: number, bytes: number): number {
  const sum = windowBytes + bytes;
  if (sum > MAX_WINDOW_BYTES) throw new Http2Error('FLOW_CONTROL_ERROR', `a window of ${sum} bytes`);
  return sum;
}
