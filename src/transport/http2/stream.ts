import { Http2Error, type ResetCode } from './error.js';
import type { Fields } from './hpack/decoder.js';

export type StreamFailure =
  /** RST_STREAM from the peer; unless the code is REFUSED_STREAM (RFC 9113, 8.7), it may have processed the request. */
  | { readonly kind: 'reset'; readonly code: ResetCode }
  /** The response was malformed, and the stream was reset. */
  | { readonly kind: 'malformed'; readonly why: string }
  /** The peer has not processed the request: it can be retried. */
  | { readonly kind: 'unprocessed' }
  /** The connection was closed; `goAway`: error code and debug data of the GOAWAY received before. */
  | { readonly kind: 'lost'; readonly reason: Error; readonly goAway?: string };

/** Events of a request. `onEnd` or `onFailure` is the last one; after `cancel` there is none. */
export interface StreamEvents {
  /** Response headers, or trailers; `isLast`: they end the stream. */
  readonly onHeaders: (fields: Fields, isLast: boolean) => void;
  /**
   * A part of the response body: a view that must not be used after the call, because the socket may free its memory. The handler must call
   * `consumed` when it has processed it.
   */
  readonly onData: (bytes: Buffer) => void;
  readonly onEnd: () => void;
  readonly onFailure: (failure: StreamFailure) => void;
  /** All bytes given to `write` have been sent. */
  readonly onDrain?: () => void;
}

interface StreamControls {
  readonly windowBytes: number;
  /** Sends what is allowed of the body. */
  readonly sendBody: () => void;
  /** Sends WINDOW_UPDATE for the stream. */
  readonly sendWindowUpdate: (bytes: number) => void;
  readonly cancel: () => void;
}

/** One request and its response. */
export class Stream {
  /** The stream ID; 0: not opened yet. */
  id = 0;
  /** The request's header block, until it is sent. */
  headerBlock: Buffer | undefined;
  /** The peer's flow-control window for this stream. */
  sendWindow = 0;
  /** END_STREAM has been sent. */
  isSent = false;
  readonly #controls: StreamControls;
  /** Parts of the request body that are not sent. */
  readonly #body: Buffer[];
  #isBodyComplete: boolean;
  /** Bytes received for which no WINDOW_UPDATE was sent: not consumed, or consumed but too few. */
  #uncreditedBytes = 0;
  #consumedBytes = 0;

  /** @param body the whole request body; `undefined`: it is given to `write` and `end` */
  constructor(
    readonly events: StreamEvents,
    body: Buffer | undefined,
    controls: StreamControls,
  ) {
    this.#body = body === undefined ? [] : [body];
    this.#isBodyComplete = body !== undefined;
    this.#controls = controls;
  }

  /** Adds a part of at least one byte to the request body. Returns false when it waits for the peer's window: `onDrain` follows. */
  write(part: Buffer): boolean {
    this.#body.push(part);
    this.#controls.sendBody();
    return this.#body.length === 0;
  }

  /** Completes the request body. */
  end(): void {
    this.#isBodyComplete = true;
    this.#controls.sendBody();
  }

  /** The next part of the body, of at most `maxBytes`; `undefined` when none is there or allowed. The last part can be empty. */
  takeBody(maxBytes: number): Buffer | undefined {
    const [next] = this.#body;
    if (next === undefined ? !this.#isBodyComplete : maxBytes <= 0 && next.length > 0) return undefined;
    const part = next?.subarray(0, maxBytes) ?? Buffer.alloc(0);
    if (next !== undefined && part.length < next.length) this.#body[0] = next.subarray(part.length);
    else this.#body.shift();
    this.isSent = this.#isBodyComplete && this.#body.length === 0;
    return part;
  }

  /** Called after a part was taken. */
  reportDrain(): void {
    if (this.#body.length === 0) this.events.onDrain?.();
  }

  /** @param frameBytes bytes that count against the window: `part` with its padding */
  receive(part: Buffer, frameBytes: number): void {
    this.#uncreditedBytes += frameBytes;
    if (this.#uncreditedBytes > this.#controls.windowBytes) {
      throw new Http2Error('FLOW_CONTROL_ERROR', 'more than was asked for');
    }
    this.consumed(frameBytes - part.length);
    this.events.onData(part);
  }

  /** The handler has processed this many bytes. WINDOW_UPDATE is sent when half of the window is consumed. */
  consumed(bytes: number): void {
    this.#consumedBytes += bytes;
    if (this.#consumedBytes < this.#controls.windowBytes / 2) return;
    this.#controls.sendWindowUpdate(this.#consumedBytes);
    this.#uncreditedBytes -= this.#consumedBytes;
    this.#consumedBytes = 0;
  }

  /** Resets the stream. No event follows. */
  cancel(): void {
    this.#controls.cancel();
  }
}
