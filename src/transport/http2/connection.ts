import type { ByteSocket } from '../socket/dial.js';
import { ActiveStreams } from './active-streams.js';
import {
  errorCodeNumber,
  goAwayText,
  Http2Error,
  KeepAliveTimeoutError,
  notHttp2,
  resetCodeOf,
} from './error.js';
import {
  ackFrame,
  DEFAULT_WINDOW_BYTES,
  Flag,
  type FrameHeader,
  FrameType,
  frame,
  frameSizeError,
  goAwayFrame,
  MAX_WINDOW_BYTES,
  PREFACE,
  parseSettings,
  requireStreamZero,
  Setting,
  settingsFrame,
  uint32At,
  uint32Frame,
  withoutPadding,
} from './frame.js';
import { FrameReader, FrameWriter } from './framer.js';
import { FieldValidator, type HeaderBlock, HeaderBlockReader } from './header-block.js';
import { HeaderDecoder } from './hpack/decoder.js';
import { KeepAlive, type KeepAliveOptions } from './keep-alive.js';
import { Stream, type StreamEvents } from './stream.js';

export interface Http2ConnectionOptions {
  /** Initial window of each stream: bytes of one response that may be in flight, or received and not consumed. */
  readonly windowBytes: number;
  /** Absent: no keepalive pings. */
  readonly keepAlive?: KeepAliveOptions;
  /** The peer's SETTINGS have been received: requests are sent from now on. */
  readonly onReady: () => void;
  /** No new request is accepted; open streams may still complete. Called at most once. */
  readonly onUnusable: (reason: Error) => void;
  /** The connection is closed. Called once, after `onUnusable`. */
  readonly onClosed: () => void;
}

/** `opening`: no SETTINGS from the peer yet; `draining`: after GOAWAY. */
type State = 'opening' | 'ready' | 'draining' | 'closed';

/**
 * The client's side of an HTTP/2 connection (RFC 9113). The executable uses it instead of `node:http2`, because commands make one
 * call, and loading that module and opening its first stream takes longer than the call.
 */
export class Http2Connection {
  readonly #socket: ByteSocket;
  readonly #options: Http2ConnectionOptions;
  readonly #writer: FrameWriter;
  readonly #streams: ActiveStreams;
  readonly #headerBlocks = new HeaderBlockReader();
  readonly #decoder = new HeaderDecoder();
  readonly #keepAlive: KeepAlive | undefined;
  /** DATA bytes received since the last WINDOW_UPDATE of the connection. */
  #uncreditedBytes = 0;
  readonly #handlers: Readonly<Record<number, (header: FrameHeader, payload: Buffer) => void>> = {
    [FrameType.data]: (header, payload) => this.#receiveData(header, payload),
    [FrameType.headers]: (header, payload) => this.#receiveBlock(this.#headerBlocks.begin(header, payload)),
    [FrameType.continuation]: (header, payload) =>
      this.#receiveBlock(this.#headerBlocks.continue(header, payload)),
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
  /** Error code and debug data of the latest GOAWAY. */
  #goAway: string | undefined;

  constructor(socket: ByteSocket, options: Http2ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    const writer = new FrameWriter(socket);
    this.#writer = writer;
    this.#streams = new ActiveStreams((bytes) => writer.send(bytes));
    const { keepAlive } = options;
    this.#keepAlive =
      keepAlive &&
      new KeepAlive(keepAlive, {
        hasRequests: () => !this.#streams.isEmpty,
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
    // The largest window: streams have their own, and the connection's would only make one stream wait for another.
    writer.send(uint32Frame(FrameType.windowUpdate, 0, MAX_WINDOW_BYTES - DEFAULT_WINDOW_BYTES));
    socket.listen({
      onData: (chunk) => this.#read(reader, chunk),
      onClose: (error) => this.close(error ?? new Error('the server closed the connection')),
    });
  }

  /**
   * Makes a request, which is sent as flow control and the limit of concurrent streams allow. When the connection takes no new
   * requests, it fails as `unprocessed`.
   * @param block header block that does not use the dynamic table
   * @param body `undefined`: its parts follow by `Stream.write`
   */
  request(block: Buffer, body: Buffer | undefined, events: StreamEvents): Stream {
    const stream = new Stream(events, body, {
      windowBytes: this.#options.windowBytes,
      sendWindowUpdate: (bytes) => {
        if (this.#streams.isOpen(stream)) {
          this.#writer.send(uint32Frame(FrameType.windowUpdate, stream.id, bytes));
        }
      },
      sendBody: () => void (this.#streams.isOpen(stream) && this.#streams.sendPending()),
      cancel: () => this.#reset(stream, 'CANCEL'),
    });
    stream.headerBlock = block;
    this.#streams.add(stream);
    if (this.#state === 'ready') this.#streams.sendPending();
    else if (this.#state !== 'opening') queueMicrotask(() => this.#failUnprocessed(stream));
    return stream;
  }

  /** Closes the connection and fails its streams. */
  close(reason: Error): void {
    if (this.#state === 'closed') return;
    this.#becomeUnusable('closed', reason);
    this.#keepAlive?.stop();
    this.#writer.discard();
    this.#socket.destroy();
    for (const { id, events } of this.#streams.removeAll()) {
      const goAway = this.#goAway;
      events.onFailure(
        id === 0 ? { kind: 'unprocessed' } : { kind: 'lost', reason, ...(goAway && { goAway }) },
      );
    }
    this.#options.onClosed();
  }

  #read(reader: FrameReader, chunk: Buffer): void {
    this.#keepAlive?.recordActivity();
    try {
      reader.push(chunk);
    } catch (error) {
      if (!(error instanceof Http2Error)) throw error;
      this.#writer.send(goAwayFrame(errorCodeNumber(error.code)));
      this.#writer.flush();
      this.close(this.#state === 'opening' ? notHttp2(error) : error);
    }
  }

  #receive(header: FrameHeader, payload: Buffer): void {
    // An earlier frame of the same chunk has closed the connection.
    if (this.#state === 'closed') return;
    if (this.#state === 'opening' && header.type !== FrameType.settings) {
      throw new Http2Error('PROTOCOL_ERROR', 'the first frame is not SETTINGS');
    }
    if (this.#headerBlocks.isIncomplete && header.type !== FrameType.continuation) {
      throw new Http2Error('PROTOCOL_ERROR', 'a header block is interrupted by another frame');
    }
    // Frames of unknown types are ignored (RFC 9113, 4.1).
    this.#handlers[header.type]?.(header, payload);
  }

  #receiveData(header: FrameHeader, payload: Buffer): void {
    const stream = this.#streams.find(header.streamId);
    this.#uncreditedBytes += payload.length;
    if (this.#uncreditedBytes > MAX_WINDOW_BYTES / 2) {
      this.#writer.send(uint32Frame(FrameType.windowUpdate, 0, this.#uncreditedBytes));
      this.#uncreditedBytes = 0;
    }
    const part = withoutPadding(header, payload);
    // DATA that was in flight when the stream was cancelled.
    if (stream === undefined) return;
    stream.receive(part, payload.length);
    if (header.flags & Flag.endStream) this.#finish(stream);
  }

  #receiveBlock(block: HeaderBlock | undefined): void {
    if (block === undefined) return;
    // Decoded for cancelled streams too, because later blocks refer to the fields it adds to the dynamic table.
    const validator = new FieldValidator();
    const fields = this.#decoder.decode(block.bytes, (name, value) => validator.check(name, value));
    const stream = this.#streams.find(block.streamId);
    if (stream === undefined) return;
    const { violation } = validator;
    if (violation !== undefined) this.#reject(stream, violation);
    else stream.events.onHeaders(fields, block.endsStream);
    if (block.endsStream) this.#finish(stream);
  }

  #receiveReset({ streamId }: FrameHeader, payload: Buffer): void {
    const stream = this.#streams.find(streamId);
    const code = resetCodeOf(uint32At(payload, 0));
    if (stream === undefined) return;
    this.#remove(stream);
    stream.events.onFailure({ kind: 'reset', code });
  }

  #receiveSettings(header: FrameHeader, payload: Buffer): void {
    requireStreamZero(header);
    const isAck = (header.flags & Flag.ack) !== 0;
    if (isAck ? payload.length > 0 : payload.length % 6 !== 0) throw frameSizeError();
    if (isAck) return;
    this.#streams.apply(parseSettings(payload));
    this.#writer.sendAck(ackFrame(FrameType.settings));
    if (this.#state === 'opening') {
      this.#state = 'ready';
      this.#options.onReady();
    }
    this.#streams.sendPending();
  }

  #receivePing(header: FrameHeader, payload: Buffer): void {
    requireStreamZero(header);
    if (payload.length !== 8) throw frameSizeError();
    if (header.flags & Flag.ack) return;
    this.#writer.sendAck(ackFrame(FrameType.ping, payload));
  }

  /** Streams above the last stream ID were not processed: they fail as `unprocessed`, and can be retried elsewhere. */
  #receiveGoAway(header: FrameHeader, payload: Buffer): void {
    requireStreamZero(header);
    const lastId = uint32At(payload, 0) & 0x7fff_ffff;
    const code = resetCodeOf(uint32At(payload, 4));
    this.#goAway = goAwayText(code, payload.subarray(8));
    this.#becomeUnusable('draining', new Error(`the server sent GOAWAY: ${code}`));
    for (const { events } of this.#streams.removeAbove(lastId)) events.onFailure({ kind: 'unprocessed' });
    this.#sendPendingOrClose();
  }

  #receiveWindow({ streamId }: FrameHeader, payload: Buffer): void {
    this.#streams.increaseWindow(streamId, uint32At(payload, 0) & 0x7fff_ffff);
    this.#streams.sendPending();
  }

  #failUnprocessed(stream: Stream): void {
    if (!this.#streams.has(stream)) return;
    this.#remove(stream);
    stream.events.onFailure({ kind: 'unprocessed' });
  }

  /** A malformed response is a stream error (RFC 9113, 8.1.1). */
  #reject(stream: Stream, why: string): void {
    this.#reset(stream, 'PROTOCOL_ERROR');
    stream.events.onFailure({ kind: 'malformed', why });
  }

  #reset(stream: Stream, code: 'CANCEL' | 'PROTOCOL_ERROR'): void {
    const isOpen = this.#streams.isOpen(stream);
    if (isOpen) this.#writer.send(uint32Frame(FrameType.resetStream, stream.id, errorCodeNumber(code)));
    this.#remove(stream);
  }

  /** The response is complete. If the request is not, RST_STREAM with NO_ERROR tells the peer not to wait for the rest. */
  #finish(stream: Stream): void {
    // The handler of the last event may have cancelled the stream.
    if (!this.#streams.isOpen(stream)) return;
    if (!stream.isSent) {
      this.#writer.send(uint32Frame(FrameType.resetStream, stream.id, errorCodeNumber('NO_ERROR')));
    }
    this.#remove(stream);
    stream.events.onEnd();
  }

  #remove(stream: Stream): void {
    this.#streams.remove(stream);
    this.#sendPendingOrClose();
  }

  /** After a stream has ended: sends waiting requests, or closes a draining connection without streams. */
  #sendPendingOrClose(): void {
    if (this.#state === 'draining' && this.#streams.isEmpty) {
      this.close(new Error('the connection has ended'));
    } else if (this.#state === 'ready' || this.#state === 'draining') {
      this.#streams.sendPending();
    }
  }

  #becomeUnusable(state: 'draining' | 'closed', reason: Error): void {
    const wasUsable = this.#state === 'opening' || this.#state === 'ready';
    this.#state = state;
    if (wasUsable) this.#options.onUnusable(reason);
  }
}
