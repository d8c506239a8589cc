import { Http2Error } from './error.js';
import {
  DEFAULT_FRAME_BYTES,
  DEFAULT_WINDOW_BYTES,
  Flag,
  FrameType,
  frame,
  MAX_FRAME_BYTES,
  MAX_WINDOW_BYTES,
  Setting,
} from './frame.js';
import type { Stream } from './stream.js';

/** The requests of a connection that are not answered in full. They go out in their order, as far as the peer lets them. */
export class Requests {
  readonly #send: (frame: Buffer) => void;
  readonly #open = new Map<number, Stream>();
  /** Those that have something to send, or are not opened yet, in the order in which they were made. */
  readonly #senders = new Set<Stream>();
  #takesMore = true;
  #nextId = 1;
  #maxStreams = Number.POSITIVE_INFINITY;
  #maxFrameBytes = DEFAULT_FRAME_BYTES;
  #streamWindow = DEFAULT_WINDOW_BYTES;
  #window = DEFAULT_WINDOW_BYTES;

  constructor(send: (frame: Buffer) => void) {
    this.#send = send;
  }

  get isEmpty(): boolean {
    return this.#open.size === 0 && this.#senders.size === 0;
  }

  /** It goes out with the next `pump`. */
  add(stream: Stream): void {
    this.#senders.add(stream);
  }

  isOpen(stream: Stream): boolean {
    return this.#open.has(stream.id);
  }

  has(stream: Stream): boolean {
    return this.isOpen(stream) || this.#senders.has(stream);
  }

  /** Nothing when its stream has ended. @throws Http2Error when there never was one */
  find(streamId: number): Stream | undefined {
    if (streamId % 2 === 0 || streamId >= this.#nextId) {
      throw new Http2Error('PROTOCOL_ERROR', `a frame for stream ${streamId}, which was never opened`);
    }
    return this.#open.get(streamId);
  }

  remove(stream: Stream): void {
    this.#open.delete(stream.id);
    this.#senders.delete(stream);
  }

  /** Those that are not opened, or have a greater id. The others remain, and no further one is opened. */
  removeAbove(lastId: number): Stream[] {
    this.#takesMore = false;
    const all = new Set([...this.#open.values(), ...this.#senders]);
    const removed = [...all].filter(({ id }) => id === 0 || id > lastId);
    for (const stream of removed) this.remove(stream);
    return removed;
  }

  removeAll(): Stream[] {
    return this.removeAbove(0);
  }

  /** @throws Http2Error for numbers that are not allowed */
  apply(settings: Iterable<readonly [id: number, value: number]>): void {
    for (const [id, value] of settings) {
      if (id === Setting.maxConcurrentStreams) this.#maxStreams = value;
      else if (id === Setting.maxFrameSize) this.#resizeFrames(value);
      else if (id === Setting.initialWindowSize) this.#resizeWindows(value);
    }
  }

  /** The peer takes more: of one stream, or of all together (0). @throws Http2Error */
  credit(streamId: number, bytes: number): void {
    if (bytes === 0) throw new Http2Error('PROTOCOL_ERROR', 'WINDOW_UPDATE with an increment of 0');
    if (streamId === 0) this.#window = enlarged(this.#window, bytes);
    else {
      const stream = this.find(streamId);
      if (stream !== undefined) stream.sendWindow = enlarged(stream.sendWindow, bytes);
    }
  }

  /** Sends what the peer lets be sent. */
  pump(): void {
    for (const stream of this.#senders) {
      if (stream.block !== undefined) {
        if (!this.#takesMore || this.#open.size >= this.#maxStreams) return;
        this.#begin(stream, stream.block);
      }
      this.#sendBody(stream);
      if (stream.isSent) this.#senders.delete(stream);
      if (this.#window <= 0) return;
    }
  }

  #begin(stream: Stream, block: Buffer): void {
    stream.id = this.#nextId;
    stream.sendWindow = this.#streamWindow;
    stream.block = undefined;
    this.#nextId += 2;
    this.#open.set(stream.id, stream);
    for (let at = 0; at === 0 || at < block.length; at += this.#maxFrameBytes) {
      const part = block.subarray(at, at + this.#maxFrameBytes);
      const isLast = at + part.length >= block.length;
      const type = at === 0 ? FrameType.headers : FrameType.continuation;
      this.#send(frame({ type, flags: isLast ? Flag.endHeaders : 0, streamId: stream.id }, part));
    }
  }

  #sendBody(stream: Stream): void {
    while (!stream.isSent) {
      const part = stream.take(Math.min(this.#window, stream.sendWindow, this.#maxFrameBytes));
      if (part === undefined) return;
      this.#window -= part.length;
      stream.sendWindow -= part.length;
      const flags = stream.isSent ? Flag.endStream : 0;
      this.#send(frame({ type: FrameType.data, flags, streamId: stream.id }, part));
    }
  }

  #resizeFrames(bytes: number): void {
    if (bytes < DEFAULT_FRAME_BYTES || bytes > MAX_FRAME_BYTES) {
      throw new Http2Error('PROTOCOL_ERROR', `frames of ${bytes} bytes`);
    }
    this.#maxFrameBytes = bytes;
  }

  /** Those of the open streams change by as much, even to below nothing. */
  #resizeWindows(bytes: number): void {
    const change = enlarged(0, bytes) - this.#streamWindow;
    for (const stream of this.#open.values()) stream.sendWindow = enlarged(stream.sendWindow, change);
    this.#streamWindow = bytes;
  }
}

function enlarged(windowBytes: number, bytes: number): number {
  const sum = windowBytes + bytes;
  if (sum > MAX_WINDOW_BYTES) throw new Http2Error('FLOW_CONTROL_ERROR', `a window of ${sum} bytes`);
  return sum;
}
