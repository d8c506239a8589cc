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
  /** A part of the response body: a view that is overwritten after the call. The handler must call `consumed` when it has processed it. */
  readonly onData: (bytes: Buffer) => void;
  readonly onEnd: () => void;
  readonly onFailure: (failure: StreamFailure) => void;
}

interface StreamControls {
  readonly windowBytes: number;
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
  isSent = false;
  readonly #controls: StreamControls;
  #body: Buffer;
  /** Bytes received for which no WINDOW_UPDATE was sent: not consumed, or consumed but too few. */
  #uncreditedBytes = 0;
  #consumedBytes = 0;

  constructor(
    readonly events: StreamEvents,
    body: Buffer,
    controls: StreamControls,
  ) {
    this.#body = body;
    this.#controls = controls;
  }

  /** The next part of the body, of at most `maxBytes`; `undefined` when none is allowed. An empty body has one empty part. */
  takeBody(maxBytes: number): Buffer | undefined {
    if (maxBytes <= 0 && this.#body.length > 0) return undefined;
    const part = this.#body.subarray(0, maxBytes);
    this.#body = this.#body.subarray(part.length);
    this.isSent = this.#body.length === 0;
    return part;
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
