import type { Http2Connection } from '../../http2/connection.js';
import type { Stream } from '../../http2/stream.js';
import type { CallLimit } from '../call-limit.js';
import type { Refusal } from '../status.js';
import { MessageReader, PREFIX_BYTES, UnreadableMessage } from './message-reader.js';
import { CallStatus, refusalOf } from './response.js';

export interface Request {
  /** Header block of HPACK. */
  readonly block: Buffer;
  readonly body: Buffer;
  /** Not over yet. */
  readonly limit: CallLimit;
  readonly maxResponseBytes: number;
}

export interface ExchangeEvents {
  /** Counts as held until it is given to `consumed`. */
  readonly onMessage: (message: Buffer) => void;
  /** Nothing else is heard after one of these: the response has ended, well or not, … */
  readonly onEnd: (refusal?: Refusal) => void;
  /** … or the call's limit has. */
  readonly onLimit: () => void;
}

/** The last message is not whole, whatever the status (grpc-go rpc_util.go `recvMsg`). */
const CUT_SHORT: Refusal = { code: 'Internal', details: 'unexpected EOF' };

/** One request under way, and its response as messages. */
export class Exchange {
  readonly #stream: Stream;
  readonly #stopListening: () => void;
  #receivedBytes = 0;
  #heldBytes = 0;
  #creditedBytes = 0;

  constructor(connection: Http2Connection, request: Request, events: ExchangeEvents) {
    const status = new CallStatus();
    const reader = new MessageReader({
      maxBytes: request.maxResponseBytes,
      encoding: () => status.encoding,
      onMessage: (message) => {
        this.#heldBytes += sizeOf(message);
        events.onMessage(message);
      },
    });
    const end = (refusal?: Refusal) => {
      this.#stopListening();
      events.onEnd(refusal);
    };
    const fail = (refusal: Refusal) => {
      this.#stream.cancel();
      end(refusal);
    };
    this.#stream = connection.request(request.block, request.body, {
      onHeaders: (fields, isLast) => {
        const refusal = status.add(fields, isLast);
        if (refusal !== undefined) fail(refusal);
      },
      onData: (part) => {
        this.#receivedBytes += part.length;
        const refusal = status.hasMessages ? read(reader, part) : status.addData(part);
        if (refusal === undefined) this.#credit();
        else fail(refusal);
      },
      onEnd: () => end(reader.isIncomplete ? CUT_SHORT : status.refusal),
      onFailure: (failure) => end(refusalOf(failure)),
    });
    this.#stopListening = request.limit.onEnd(() => {
      this.#stream.cancel();
      events.onLimit();
    });
  }

  /** The message is done with: the server may send as much again. */
  consumed(message: Buffer): void {
    this.#heldBytes -= sizeOf(message);
    this.#credit();
  }

  /** Ends the call early. */
  cancel(): void {
    this.#stopListening();
    this.#stream.cancel();
  }

  /** What waits to be consumed stays within the window; the parts of a message do not, for it may be larger. */
  #credit(): void {
    const bytes = this.#receivedBytes - this.#heldBytes - this.#creditedBytes;
    if (bytes <= 0) return;
    this.#creditedBytes += bytes;
    this.#stream.consumed(bytes);
  }
}

function sizeOf(message: Buffer): number {
  return PREFIX_BYTES + message.length;
}

function read(reader: MessageReader, part: Buffer): Refusal | undefined {
  try {
    reader.push(part);
    return undefined;
  } catch (error) {
    if (!(error instanceof UnreadableMessage)) throw error;
    return { code: error.code, details: error.message };
  }
}
