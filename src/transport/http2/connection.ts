import { quoteGo } from '../../go/quote.js';
import type { ByteSocket } from '../socket/dial.js';
import { Http2Error, KeepAliveTimeoutError, numberOf, resetCodeOf } from './error.js';
import {
  checkIsOfConnection,
  DEFAULT_WINDOW_BYTES,
  Flag,
  type FrameHeader,
  FrameType,
  frame,
  MAX_WINDOW_BYTES,
  numberFrame,
  numberIn,
  PREFACE,
  Setting,
  settingsFrame,
  settingsOf,
  withoutPadding,
  withoutPriority,
  wrongSize,
} from './frame.js';
import { FrameReader, FrameWriter } from './framer.js';
import { FieldRules, type HeaderBlock, HeaderBlockReader } from './header-block.js';
import { HeaderDecoder } from './hpack/decoder.js';
import { KeepAlive, type KeepAliveOptions } from './keep-alive.js';
import { Requests } from './requests.js';
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
  /** The connection has ended; `onUnusable` comes before. Once. */
  readonly onClosed: () => void;
}

/** `opening`: the peer has not said its settings; `draining`: it takes no more requests. */
type State = 'opening' | 'ready' | 'draining' | 'closed';

/**
 * The client's side of an HTTP/2 connection (RFC 9113), for requests whose body is there when they are made. It exists beside
 * `node:http2` for commands that make one call: to load that module and to make its first stream takes longer than the call.
 */
export class Http2Connection {
  readonly #socket: ByteSocket;
  readonly #options: Http2ConnectionOptions;
  readonly #writer: FrameWriter;
  readonly #requests: Requests;
  readonly #blocks = new HeaderBlockReader();
  readonly #decoder = new HeaderDecoder();
  readonly #keepAlive: KeepAlive | undefined;
  /** Received since the peer was last told that it may send more. */
  #uncreditedBytes = 0;
  readonly #receivers: Readonly<Record<number, (header: FrameHeader, payload: Buffer) => void>> = {
    [FrameType.data]: (header, payload) => this.#receiveData(header, payload),
    [FrameType.headers]: (header, payload) =>
      this.#receiveBlock(
        this.#blocks.begin(header, withoutPriority(header, withoutPadding(header, payload))),
      ),
    [FrameType.continuation]: (header, payload) => this.#receiveBlock(this.#blocks.continue(header, payload)),
    [FrameType.resetStream]: (header, payload) => this.#receiveReset(header, payload),
    [FrameType.settings]: (header, payload) => this.#receiveSettings(header, payload),
    [FrameType.ping]: (header, payload) => this.#receivePing(header, payload),
    [FrameType.goAway]: (header, payload) => this.#receiveGoAway(header, payload),
    [FrameType.windowUpdate]: (header, payload) => this.#receiveWindow(header, payload),
    [FrameType.pushPromise]: () => {
      throw new Http2Error('PROTOCOL_ERROR', 'unexpected PUSH_PROMISE: push is disabled');
    },
  };
  #state: State = 'opening';
  /** What the peer has said about its end. */
  #goAway: string | undefined;

  constructor(socket: ByteSocket, options: Http2ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    const writer = new FrameWriter(socket);
    this.#writer = writer;
    this.#requests = new Requests((bytes) => writer.send(bytes));
    const { keepAlive } = options;
    this.#keepAlive =
      keepAlive &&
      new KeepAlive(keepAlive, {
        isWaiting: () => !this.#requests.isEmpty,
        ping: () => writer.send(frame({ type: FrameType.ping, flags: 0, streamId: 0 }, Buffer.alloc(8))),
        fail: () => this.close(new KeepAliveTimeoutError()),
      });
    const reader = new FrameReader((header, payload) => this.#receive(header, payload));
    writer.send(Buffer.from(PREFACE, 'latin1'));
    writer.send(
      settingsFrame([
        [Setting.enablePush, 0],
        [Setting.initialWindowSize, options.windowBytes],
      ]),
    );
    // Each stream has its window; that of the connection would only let one wait for another.
    writer.send(numberFrame(FrameType.windowUpdate, 0, MAX_WINDOW_BYTES - DEFAULT_WINDOW_BYTES));
    socket.listen({
      onData: (chunk) => this.#read(reader, chunk),
      onClose: (error) => this.close(error ?? new Error('the server closed the connection')),
    });
  }

  /**
   * Makes a request; its parts go out when the peer lets them. Where no request can be made any more, it is refused.
   * @param block header block of HPACK that refers to no earlier one
   */
  request(block: Buffer, body: Buffer, events: StreamEvents): Stream {
    const stream = new Stream(events, body, {
      windowBytes: this.#options.windowBytes,
      credit: (bytes) => {
        if (this.#requests.isOpen(stream)) {
          this.#writer.send(numberFrame(FrameType.windowUpdate, stream.id, bytes));
        }
      },
      cancel: () => this.#cancel(stream),
    });
    stream.block = block;
    this.#requests.add(stream);
    if (this.#state === 'ready') this.#requests.pump();
    else if (this.#state !== 'opening') queueMicrotask(() => this.#refuse(stream));
    return stream;
  }

  /** Ends the connection and all that runs on it. */
  close(reason: Error): void {
    if (this.#state === 'closed') return;
    this.#becomeUnusable('closed', reason);
    this.#keepAlive?.stop();
    this.#writer.discard();
    this.#socket.destroy();
    for (const { id, events } of this.#requests.removeAll()) {
      const goAway = this.#goAway;
      events.onFailure(id === 0 ? { kind: 'refused' } : { kind: 'lost', reason, ...(goAway && { goAway }) });
    }
    this.#options.onClosed();
  }

  #read(reader: FrameReader, chunk: Buffer): void {
    this.#keepAlive?.heard();
    try {
      reader.push(chunk);
    } catch (error) {
      if (!(error instanceof Http2Error)) throw error;
      const payload = Buffer.alloc(8);
      payload.writeUInt32BE(numberOf(error.code), 4);
      this.#writer.send(frame({ type: FrameType.goAway, flags: 0, streamId: 0 }, payload));
      this.#writer.flush();
      this.close(this.#state === 'opening' ? notHttp2(error) : error);
    }
  }

  #receive(header: FrameHeader, payload: Buffer): void {
    // An earlier frame of the same chunk was the end.
    if (this.#state === 'closed') return;
    if (this.#state === 'opening' && header.type !== FrameType.settings) {
      throw new Http2Error('PROTOCOL_ERROR', 'the first frame is not SETTINGS');
    }
    if (this.#blocks.isIncomplete && header.type !== FrameType.continuation) {
      throw new Http2Error('PROTOCOL_ERROR', 'a header block is interrupted by another frame');
    }
    // What this version of HTTP/2 does not know is passed over.
    this.#receivers[header.type]?.(header, payload);
  }

  #receiveData(header: FrameHeader, payload: Buffer): void {
    const stream = this.#requests.find(header.streamId);
    this.#uncreditedBytes += payload.length;
    if (this.#uncreditedBytes > MAX_WINDOW_BYTES / 2) {
      this.#writer.send(numberFrame(FrameType.windowUpdate, 0, this.#uncreditedBytes));
      this.#uncreditedBytes = 0;
    }
    const part = withoutPadding(header, payload);
    // What was on its way when the stream was cancelled.
    if (stream === undefined) return;
    stream.receive(part, payload.length);
    if (header.flags & Flag.endStream) this.#finish(stream);
  }

  #receiveBlock(block: HeaderBlock | undefined): void {
    if (block === undefined) return;
    // Also that of a cancelled stream: later blocks refer to it.
    const rules = new FieldRules();
    const fields = this.#decoder.decode(block.bytes, (name, value) => rules.check(name, value));
    const stream = this.#requests.find(block.streamId);
    if (stream === undefined) return;
    const { violation } = rules;
    if (violation !== undefined) this.#reject(stream, violation);
    else stream.events.onHeaders(fields, block.endsStream);
    if (block.endsStream) this.#finish(stream);
  }

  #receiveReset({ streamId }: FrameHeader, payload: Buffer): void {
    const stream = this.#requests.find(streamId);
    const code = resetCodeOf(numberIn(payload, 0));
    if (stream === undefined) return;
    this.#remove(stream);
    stream.events.onFailure({ kind: 'reset', code });
  }

  #receiveSettings(header: FrameHeader, payload: Buffer): void {
    checkIsOfConnection(header);
    const isAck = (header.flags & Flag.ack) !== 0;
    if (isAck ? payload.length > 0 : payload.length % 6 !== 0) throw wrongSize();
    if (isAck) return;
    this.#requests.apply(settingsOf(payload));
    this.#writer.answer(frame({ type: FrameType.settings, flags: Flag.ack, streamId: 0 }, Buffer.alloc(0)));
    if (this.#state === 'opening') {
      this.#state = 'ready';
      this.#options.onReady();
    }
    this.#requests.pump();
  }

  #receivePing(header: FrameHeader, payload: Buffer): void {
    checkIsOfConnection(header);
    if (payload.length !== 8) throw wrongSize();
    if (header.flags & Flag.ack) return;
    this.#writer.answer(frame({ type: FrameType.ping, flags: Flag.ack, streamId: 0 }, payload));
  }

  /** The peer takes no more requests; those above the last that it looked at can be made elsewhere. */
  #receiveGoAway(header: FrameHeader, payload: Buffer): void {
    checkIsOfConnection(header);
    const lastId = numberIn(payload, 0) & 0x7fff_ffff;
    const code = resetCodeOf(numberIn(payload, 4));
    this.#goAway = goAwayText(code, payload.subarray(8));
    this.#becomeUnusable('draining', new Error(`the server sent GOAWAY: ${code}`));
    for (const { events } of this.#requests.removeAbove(lastId)) events.onFailure({ kind: 'refused' });
    this.#pumpOrClose();
  }

  #receiveWindow({ streamId }: FrameHeader, payload: Buffer): void {
    this.#requests.credit(streamId, numberIn(payload, 0) & 0x7fff_ffff);
    this.#requests.pump();
  }

  #refuse(stream: Stream): void {
    if (!this.#requests.has(stream)) return;
    this.#remove(stream);
    stream.events.onFailure({ kind: 'refused' });
  }

  /** The response is malformed: it counts as an error of its stream alone (RFC 9113, 8.1.1). */
  #reject(stream: Stream, why: string): void {
    this.#reset(stream, 'PROTOCOL_ERROR');
    stream.events.onFailure({ kind: 'malformed', why });
  }

  /** Nobody wants the response any more. */
  #cancel(stream: Stream): void {
    this.#reset(stream, 'CANCEL');
  }

  #reset(stream: Stream, code: 'CANCEL' | 'PROTOCOL_ERROR'): void {
    const isOpen = this.#requests.isOpen(stream);
    if (isOpen) this.#writer.send(numberFrame(FrameType.resetStream, stream.id, numberOf(code)));
    this.#remove(stream);
  }

  /** The response has ended; a peer that had not read all of the request must not wait for the rest. */
  #finish(stream: Stream): void {
    // Who heard of the last part may have cancelled.
    if (!this.#requests.isOpen(stream)) return;
    if (!stream.isSent) {
      this.#writer.send(numberFrame(FrameType.resetStream, stream.id, numberOf('NO_ERROR')));
    }
    this.#remove(stream);
    stream.events.onEnd();
  }

  #remove(stream: Stream): void {
    this.#requests.remove(stream);
    this.#pumpOrClose();
  }

  /** One request less: another one may go out, or the last one was answered. */
  #pumpOrClose(): void {
    if (this.#state === 'draining' && this.#requests.isEmpty) {
      this.close(new Error('the connection has ended'));
    } else if (this.#state === 'ready' || this.#state === 'draining') {
      this.#requests.pump();
    }
  }

  #becomeUnusable(state: 'draining' | 'closed', reason: Error): void {
    const isNews = this.#state === 'opening' || this.#state === 'ready';
    this.#state = state;
    if (isNews) this.#options.onUnusable(reason);
  }
}

/** In grpc-go's words (internal/transport/http2_client.go `setGoAwayReason`). */
function goAwayText(code: string, debugData: Buffer): string {
  return debugData.length === 0 ? `code: ${code}` : `code: ${code}, debug data: ${quoteGo(debugData)}`;
}

/** What a server says that expects HTTP/1.1 or TLS is no frame. */
function notHttp2(cause: Http2Error): Error {
  return new Error(`Protocol error: the server does not answer in HTTP/2 (${cause.message})`, { cause });
}
