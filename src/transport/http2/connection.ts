import type { ByteSocket } from '../socket/byte-socket.js';
import { errorCodeOf, Http2Error, numberOf } from './error.js';
import {
  DEFAULT_FRAME_BYTES,
  DEFAULT_WINDOW_BYTES,
  Flag,
  type FrameHeader,
  FrameType,
  frame,
  LARGEST_WINDOW_BYTES,
  numberFrame,
  PREFACE,
  Setting,
  settingsFrame,
  settingsOf,
} from './frame.js';
import { FrameReader } from './frame-reader.js';
import { HeaderDecoder } from './hpack/decoder.js';
import { KeepAlive, type KeepAliveOptions } from './keep-alive.js';
import { Stream, type StreamEvents } from './stream.js';

export interface Http2ConnectionOptions {
  /** How much of one response may be on its way, or here and not consumed. */
  readonly windowBytes: number;
  /** None: silence is trusted. */
  readonly keepAlive?: KeepAliveOptions;
  /** The peer has said its settings: requests can be made. */
  readonly onReady: () => void;
  /** No request can be made any more; those under way may still be answered. At most once. */
  readonly onUnusable: (reason: Error) => void;
}

/**
 * The client's side of an HTTP/2 connection (RFC 9113), for requests whose body is there when they are made. It exists beside
 * `node:http2` for commands that make one call: to load that module and to make its first stream takes longer than the call.
 */
export class Http2Connection {
  readonly #socket: ByteSocket;
  readonly #options: Http2ConnectionOptions;
  readonly #headers = new HeaderDecoder();
  readonly #keepAlive: KeepAlive | undefined;
  readonly #streams = new Map<number, Stream>();
  /** Streams that have something to send, or are not opened yet, in the order of their requests. */
  readonly #senders = new Set<Stream>();
  #nextId = 1;
  #maxStreams = Number.POSITIVE_INFINITY;
  #maxFrameBytes = DEFAULT_FRAME_BYTES;
  #streamSendWindow = DEFAULT_WINDOW_BYTES;
  #sendWindow = DEFAULT_WINDOW_BYTES;
  /** Received since the peer was last told that it may send more. */
  #uncreditedBytes = 0;
  #output: Buffer[] = [];
  /** A header block whose end has not come. */
  #block: { readonly header: FrameHeader; readonly parts: Buffer[] } | undefined;
  readonly #receivers: Readonly<Record<number, (header: FrameHeader, payload: Buffer) => void>> = {
    [FrameType.data]: (header, payload) => this.#receiveData(header, payload),
    [FrameType.headers]: (header, payload) =>
      this.#receiveHeaders(header, withoutPriority(header, withoutPadding(header, payload))),
    [FrameType.continuation]: (header, payload) => this.#receiveHeaders(this.#continued(header), payload),
    [FrameType.resetStream]: (header, payload) => this.#receiveReset(header, payload),
    [FrameType.settings]: (header, payload) => this.#receiveSettings(header, payload),
    [FrameType.ping]: (header, payload) => this.#receivePing(header, payload),
    [FrameType.goAway]: (_header, payload) => this.#receiveGoAway(payload),
    [FrameType.windowUpdate]: (header, payload) => this.#receiveWindow(header, payload),
    [FrameType.pushPromise]: () => {
      throw new Http2Error('PROTOCOL_ERROR', 'a pushed response, which was not allowed');
    },
  };
  #state: 'opening' | 'ready' | 'draining' | 'closed' = 'opening';

  constructor(socket: ByteSocket, options: Http2ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    const { keepAlive } = options;
    this.#keepAlive =
      keepAlive &&
      new KeepAlive(keepAlive, {
        isWaiting: () => this.#streams.size > 0,
        ping: () => this.#send(frame({ type: FrameType.ping, flags: 0, streamId: 0 }, Buffer.alloc(8))),
        fail: () => this.#close(new Error('no answer to a keep-alive ping')),
      });
    const reader = new FrameReader((header, payload) => this.#receive(header, payload));
    socket.listen({
      onData: (chunk) => this.#read(reader, chunk),
      onClose: (error) => this.#close(error ?? new Error('the server closed the connection')),
    });
    this.#send(Buffer.from(PREFACE, 'latin1'));
    this.#send(
      settingsFrame([
        [Setting.enablePush, 0],
        [Setting.initialWindowSize, options.windowBytes],
      ]),
    );
    // Each stream has its window; that of the connection would only let one wait for another.
    this.#send(numberFrame(FrameType.windowUpdate, 0, LARGEST_WINDOW_BYTES - DEFAULT_WINDOW_BYTES));
  }

  get isReady(): boolean {
    return this.#state === 'ready';
  }

  /**
   * Makes a request; its parts go out when the peer lets them.
   * @param block header block of HPACK that refers to no earlier one
   */
  request(block: Buffer, body: Buffer, events: StreamEvents): Stream {
    const stream = new Stream(events, body, {
      windowBytes: this.#options.windowBytes,
      credit: (bytes) => this.#send(numberFrame(FrameType.windowUpdate, stream.id, bytes)),
      cancel: () => this.#cancel(stream),
    });
    stream.block = block;
    this.#senders.add(stream);
    this.#pump();
    return stream;
  }

  /** Ends the connection and all that runs on it. */
  close(reason: Error): void {
    this.#close(reason);
  }

  #read(reader: FrameReader, chunk: Buffer): void {
    this.#keepAlive?.heard();
    try {
      reader.push(chunk);
    } catch (error) {
      if (!(error instanceof Http2Error)) throw error;
      const payload = Buffer.alloc(8);
      payload.writeUInt32BE(numberOf(error.code), 4);
      this.#send(frame({ type: FrameType.goAway, flags: 0, streamId: 0 }, payload));
      this.#flush();
      this.#close(error);
    }
  }

  #receive(header: FrameHeader, payload: Buffer): void {
    if (this.#state === 'opening' && header.type !== FrameType.settings) {
      throw new Http2Error('PROTOCOL_ERROR', 'the first frame is not that of the settings');
    }
    if (this.#block !== undefined && header.type !== FrameType.continuation) {
      throw new Http2Error('PROTOCOL_ERROR', 'a header block is interrupted');
    }
    // What this version of HTTP/2 does not know is passed over.
    this.#receivers[header.type]?.(header, payload);
  }

  #receiveData(header: FrameHeader, payload: Buffer): void {
    this.#uncreditedBytes += payload.length;
    if (this.#uncreditedBytes > LARGEST_WINDOW_BYTES / 2) {
      this.#send(numberFrame(FrameType.windowUpdate, 0, this.#uncreditedBytes));
      this.#uncreditedBytes = 0;
    }
    const stream = this.#streams.get(header.streamId);
    // What was on its way when the stream was cancelled.
    if (stream === undefined) return;
    stream.receive(withoutPadding(header, payload), payload.length);
    if (header.flags & Flag.endStream) this.#finish(stream);
  }

  #receiveHeaders(header: FrameHeader, payload: Buffer): void {
    if (!(header.flags & Flag.endHeaders)) {
      const parts = this.#block?.parts ?? [];
      // The payload is overwritten by the next frame.
      parts.push(Buffer.from(payload));
      if (parts.length > MAX_BLOCK_PARTS)
        throw new Http2Error('ENHANCE_YOUR_CALM', 'a header block is too large');
      this.#block = { header, parts };
      return;
    }
    const block = this.#block ? Buffer.concat([...this.#block.parts, payload]) : payload;
    this.#block = undefined;
    const fields = this.#headers.decode(block);
    const stream = this.#streams.get(header.streamId);
    if (stream === undefined) return;
    stream.events.onHeaders(fields);
    if (header.flags & Flag.endStream) this.#finish(stream);
  }

  /** The header of the whole block, of which this frame is a part. */
  #continued({ streamId, flags }: FrameHeader): FrameHeader {
    const begun = this.#block?.header;
    if (begun?.streamId !== streamId)
      throw new Http2Error('PROTOCOL_ERROR', 'a header block goes on that never began');
    return { ...begun, flags: begun.flags | (flags & Flag.endHeaders) };
  }

  #receiveReset({ streamId }: FrameHeader, payload: Buffer): void {
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return;
    const code = errorCodeOf(numberIn(payload, 0));
    this.#forget(stream);
    stream.events.onFailure({ kind: 'reset', code });
  }

  #receiveSettings({ flags }: FrameHeader, payload: Buffer): void {
    if (flags & Flag.ack) return;
    for (const [id, value] of settingsOf(payload)) {
      if (id === Setting.maxConcurrentStreams) this.#maxStreams = value;
      else if (id === Setting.maxFrameSize) this.#maxFrameBytes = value;
      else if (id === Setting.initialWindowSize) {
        for (const stream of this.#streams.values()) stream.sendWindow += value - this.#streamSendWindow;
        this.#streamSendWindow = value;
      }
    }
    this.#send(frame({ type: FrameType.settings, flags: Flag.ack, streamId: 0 }, Buffer.alloc(0)));
    if (this.#state === 'opening') {
      this.#state = 'ready';
      this.#options.onReady();
    }
    this.#pump();
  }

  #receivePing({ flags }: FrameHeader, payload: Buffer): void {
    if (!(flags & Flag.ack))
      this.#send(frame({ type: FrameType.ping, flags: Flag.ack, streamId: 0 }, payload));
  }

  /** The peer takes no more requests; those above the last that it looked at can be made elsewhere. */
  #receiveGoAway(payload: Buffer): void {
    const lastId = numberIn(payload, 0) & 0x7fff_ffff;
    const code = errorCodeOf(numberIn(payload, 4));
    this.#becomeUnusable('draining', new Error(`the server says goodbye: ${code}`));
    const refused = [...this.#streams.values(), ...this.#senders].filter(({ id }) => id === 0 || id > lastId);
    for (const stream of new Set(refused)) {
      this.#forget(stream);
      stream.events.onFailure({ kind: 'refused' });
    }
    this.#closeWhenDrained();
  }

  #receiveWindow({ streamId }: FrameHeader, payload: Buffer): void {
    const bytes = numberIn(payload, 0) & 0x7fff_ffff;
    const stream = this.#streams.get(streamId);
    if (streamId === 0) this.#sendWindow += bytes;
    else if (stream !== undefined) stream.sendWindow += bytes;
    this.#pump();
  }

  /** Sends what the peer lets be sent. */
  #pump(): void {
    if (this.#state !== 'ready' && this.#state !== 'draining') return;
    for (const stream of this.#senders) {
      if (stream.block !== undefined) {
        if (this.#streams.size >= this.#maxStreams) return;
        this.#open(stream, stream.block);
      }
      this.#sendBody(stream);
      if (stream.isSent) this.#senders.delete(stream);
      if (this.#sendWindow <= 0) return;
    }
  }

  #open(stream: Stream, block: Buffer): void {
    stream.id = this.#nextId;
    stream.sendWindow = this.#streamSendWindow;
    stream.block = undefined;
    this.#nextId += 2;
    this.#streams.set(stream.id, stream);
    for (let at = 0; at === 0 || at < block.length; at += this.#maxFrameBytes) {
      const part = block.subarray(at, at + this.#maxFrameBytes);
      const isLast = at + part.length >= block.length;
      const type = at === 0 ? FrameType.headers : FrameType.continuation;
      this.#send(frame({ type, flags: isLast ? Flag.endHeaders : 0, streamId: stream.id }, part));
    }
  }

  #sendBody(stream: Stream): void {
    while (!stream.isSent) {
      const part = stream.take(Math.min(this.#sendWindow, stream.sendWindow, this.#maxFrameBytes));
      if (part === undefined) return;
      this.#sendWindow -= part.length;
      stream.sendWindow -= part.length;
      const flags = stream.isSent ? Flag.endStream : 0;
      this.#send(frame({ type: FrameType.data, flags, streamId: stream.id }, part));
    }
  }

  /** Nobody wants the response any more. */
  #cancel(stream: Stream): void {
    const isOpen = this.#streams.has(stream.id);
    this.#forget(stream);
    if (isOpen) this.#send(numberFrame(FrameType.resetStream, stream.id, numberOf('CANCEL')));
  }

  /** The response has ended; a peer that had not read all of the request must not wait for the rest. */
  #finish(stream: Stream): void {
    this.#forget(stream);
    if (!stream.isSent) this.#send(numberFrame(FrameType.resetStream, stream.id, numberOf('NO_ERROR')));
    stream.events.onEnd();
  }

  #forget(stream: Stream): void {
    this.#streams.delete(stream.id);
    this.#senders.delete(stream);
    this.#closeWhenDrained();
    if (this.#senders.size > 0) this.#pump();
  }

  #closeWhenDrained(): void {
    if (this.#state === 'draining' && this.#streams.size === 0)
      this.#close(new Error('the connection has ended'));
  }

  #becomeUnusable(state: 'draining' | 'closed', reason: Error): void {
    const isNews = this.#state === 'opening' || this.#state === 'ready';
    this.#state = state;
    if (isNews) this.#options.onUnusable(reason);
  }

  #close(reason: Error): void {
    if (this.#state === 'closed') return;
    this.#becomeUnusable('closed', reason);
    this.#keepAlive?.stop();
    this.#socket.destroy();
    const streams = new Set([...this.#streams.values(), ...this.#senders]);
    this.#streams.clear();
    this.#senders.clear();
    for (const stream of streams) {
      stream.events.onFailure(stream.id === 0 ? { kind: 'refused' } : { kind: 'lost', reason });
    }
  }

  /** What is sent by one piece of work goes out together. */
  #send(bytes: Buffer): void {
    if (this.#output.length === 0) queueMicrotask(() => this.#flush());
    this.#output.push(bytes);
  }

  #flush(): void {
    const output = this.#output;
    this.#output = [];
    const [first] = output;
    if (first === undefined || this.#state === 'closed') return;
    this.#socket.write(output.length === 1 ? first : Buffer.concat(output));
  }
}

/** Frames of one header block; each has 16 KiB. */
const MAX_BLOCK_PARTS = 64;

function withoutPadding({ flags }: FrameHeader, payload: Buffer): Buffer {
  if (!(flags & Flag.padded)) return payload;
  const end = payload.length - (payload[0] ?? 0);
  if (end < 1) throw new Http2Error('PROTOCOL_ERROR', 'padding is longer than its frame');
  return payload.subarray(1, end);
}

function withoutPriority({ flags }: FrameHeader, payload: Buffer): Buffer {
  return flags & Flag.priority ? payload.subarray(5) : payload;
}

function numberIn(payload: Buffer, at: number): number {
  if (payload.length < at + 4) throw new Http2Error('FRAME_SIZE_ERROR', 'a frame is too short');
  return payload.readUInt32BE(at);
}
