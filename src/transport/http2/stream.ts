import { Http2Error, type ResetCode } from './error.js';
import type { Fields } from './hpack/decoder.js';

export type StreamFailure =
  /** The peer ended the stream; what it had done by then is unknown. */
  | { readonly kind: 'reset'; readonly code: ResetCode }
  /** The response broke the rules of HTTP, and the stream was ended. */
  | { readonly kind: 'malformed'; readonly why: string }
  /** The peer has not looked at the request: it may be made again. */
  | { readonly kind: 'refused' }
  /** The connection broke; `goAway` is what the peer had said before about its end. */
  | { readonly kind: 'lost'; readonly reason: Error; readonly goAway?: string };

/** What becomes of a request; `onEnd` or `onFailure` is the last that is heard, and neither comes after `cancel`. */
export interface StreamEvents {
  /** The fields before the response, and those after it; `isLast`: nothing follows. */
  readonly onHeaders: (fields: Fields, isLast: boolean) => void;
  /** A part of the response, as a view that may be overwritten afterwards; whoever is done with it calls `consumed`. */
  readonly onData: (bytes: Buffer) => void;
  readonly onEnd: () => void;
  readonly onFailure: (failure: StreamFailure) => void;
}

interface StreamControls {
  readonly windowBytes: number;
  /** Lets the peer send so many bytes more. */
  readonly sendWindowUpdate: (bytes: number) => void;
  readonly cancel: () => void;
}

/** One request and its response. */
export class Stream {
  /** 0: not opened yet. */
  id = 0;
  /** The request's header block, until it is sent. */
  headerBlock: Buffer | undefined;
  /** Bytes that the peer takes at this moment. */
  sendWindow = 0;
  isSent = false;
  readonly #controls: StreamControls;
  #body: Buffer;
  /** Received, and not credited: still to be consumed, or consumed and too few to be told. */
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

  /** The next part of the body, of at most that size; nothing when there is no room for any. An empty body has one, empty part. */
  takeBody(maxBytes: number): Buffer | undefined {
    if (maxBytes <= 0 && this.#body.length > 0) return undefined;
    const part = this.#body.subarray(0, maxBytes);
    this.#body = this.#body.subarray(part.length);
    this.isSent = this.#body.length === 0;
    return part;
  }

  /** @param frameBytes what counts against the window: the part with its padding */
  receive(part: Buffer, frameBytes: number): void {
    this.#uncreditedBytes += frameBytes;
    if (this.#uncreditedBytes > this.#controls.windowBytes) {
      throw new Http2Error('FLOW_CONTROL_ERROR', 'more than was asked for');
    }
    this.consumed(frameBytes - part.length);
    this.events.onData(part);
  }

  /** So many bytes of the response are done with. The peer is told when half of the window is free. */
  consumed(bytes: number): void {
    this.#consumedBytes += bytes;
    if (this.#consumedBytes < this.#controls.windowBytes / 2) return;
    this.#controls.sendWindowUpdate(this.#consumedBytes);
    this.#uncreditedBytes -= this.#consumedBytes;
    this.#consumedBytes = 0;
  }

  /** Ends it early. */
  cancel(): void {
    this.#controls.cancel();
  }
}
