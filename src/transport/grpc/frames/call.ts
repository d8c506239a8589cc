import { textFromBytes } from '../../../go/bytes.js';
import { quoteGo } from '../../../go/quote.js';
import type { Http2Connection } from '../../http2/connection.js';
import type { Fields } from '../../http2/hpack/decoder.js';
import type { Stream } from '../../http2/stream.js';
import type { CallContext } from '../call-context.js';
import {
  type HttpHead,
  isInformational,
  isOfGrpc,
  NO_TRAILERS,
  Page,
  statusFromHttp,
  statusFromInformational,
  statusOfStreamFailure,
} from '../http-answer.js';
import { rpcCodeOf, type Status } from '../status.js';
import { MessageReader, PREFIX_BYTES, UnreadableMessage } from './message-reader.js';

/** The response's only message, or why there is none; rejects with the context's reason. */
export function callUnary(connection: Http2Connection, request: Request): Promise<Buffer | Status> {
  const { context } = request;
  return new Promise((resolve, reject) => {
    if (context.isDone) return reject(context.reason);
    let response: Buffer | undefined;
    const call = new Call(connection, request, {
      onMessage(message) {
        call.consumed(message);
        if (response === undefined) response = message;
        else {
          call.cancel();
          resolve(MORE_THAN_ONE);
        }
      },
      onEnd: (status) => resolve(status ?? response ?? NONE),
      onDone: () => reject(context.reason),
    });
  });
}

/** grpc-go stream.go `recvMsg`. */
const NONE: Status = {
  code: 'Internal',
  details: 'cardinality violation: received no response message from non-server-streaming RPC',
};
const MORE_THAN_ONE: Status = {
  code: 'Internal',
  details:
    'cardinality violation: expected <EOF> for non server-streaming RPCs, but received another message',
};

/**
 * The response's messages, as they are asked for; while nobody asks, the server has to wait. The last value is why the call failed,
 * unless it went well. Throws the context's reason.
 */
export async function* callServerStream(
  connection: Http2Connection,
  request: Request,
): AsyncGenerator<Buffer, Status | undefined, undefined> {
  const { context } = request;
  if (context.isDone) throw context.reason;
  const messages: Buffer[] = [];
  let end: { readonly status: Status | undefined } | undefined;
  let wake = () => {};
  const call = new Call(connection, request, {
    onMessage(message) {
      messages.push(message);
      wake();
    },
    onEnd(status) {
      end = { status };
      wake();
    },
    onDone: () => wake(),
  });
  try {
    for (;;) {
      if (context.isDone) throw context.reason;
      const message = messages.shift();
      if (message !== undefined) {
        yield message;
        call.consumed(message);
      } else if (end === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      } else {
        return end.status;
      }
    }
  } finally {
    call.cancel();
  }
}

interface Request {
  /** Header block of HPACK. */
  readonly block: Buffer;
  readonly body: Buffer;
  /** Not over yet. */
  readonly context: CallContext;
  readonly maxResponseBytes: number;
}

interface CallEvents {
  /** Counts as held until it is given to `consumed`. */
  readonly onMessage: (message: Buffer) => void;
  /** Nothing else is heard after one of these: the response has ended, well or not, … */
  readonly onEnd: (status?: Status) => void;
  /** … or the call's context has. */
  readonly onDone: () => void;
}

/** The last message is not whole, whatever the status (grpc-go rpc_util.go `recvMsg`). */
const CUT_SHORT: Status = { code: 'Internal', details: 'unexpected EOF' };

/** One request under way, and its response as messages. */
class Call {
  readonly #stream: Stream;
  readonly #stopListening: () => void;
  #receivedBytes = 0;
  #heldBytes = 0;
  #creditedBytes = 0;

  constructor(connection: Http2Connection, request: Request, events: CallEvents) {
    const response = new ResponseStatus();
    const reader = new MessageReader({
      maxBytes: request.maxResponseBytes,
      encoding: () => response.encoding,
      onMessage: (message) => {
        this.#heldBytes += sizeOf(message);
        events.onMessage(message);
      },
    });
    const end = (status?: Status) => {
      this.#stopListening();
      events.onEnd(status);
    };
    const fail = (status: Status) => {
      this.#stream.cancel();
      end(status);
    };
    this.#stream = connection.request(request.block, request.body, {
      onHeaders: (fields, isLast) => {
        const status = response.add(fields, isLast);
        if (status !== undefined) fail(status);
      },
      onData: (part) => {
        this.#receivedBytes += part.length;
        const status = response.hasMessages ? read(reader, part) : response.addData(part);
        if (status === undefined) this.#credit();
        else fail(status);
      },
      onEnd: () => end(reader.isIncomplete ? CUT_SHORT : response.status),
      onFailure: (failure) => end(statusOfStreamFailure(failure)),
    });
    this.#stopListening = request.context.onEnd(() => {
      this.#stream.cancel();
      events.onDone();
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

function read(reader: MessageReader, part: Buffer): Status | undefined {
  try {
    reader.push(part);
    return undefined;
  } catch (error) {
    if (!(error instanceof UnreadableMessage)) throw error;
    return { code: error.code, details: error.message };
  }
}

/** How a call goes, by what is received of its response, as grpc-go reads that (internal/transport/http2_client.go, v1.82). */
export class ResponseStatus {
  /** `page`: what comes are no messages. */
  #state: 'opening' | 'messages' | 'page' | 'ended' = 'opening';
  #page: Page | undefined;
  #isPageComplete = false;
  #encoding: string | undefined;
  #status: Status | undefined = NO_TRAILERS;

  /** Whether the data is that of messages. */
  get hasMessages(): boolean {
    return this.#state === 'messages';
  }

  /** How messages are compressed, as the server says. */
  get encoding(): string {
    return this.#encoding ?? '';
  }

  /**
   * Keeps what it looks at alone: a server may send as many fields as it likes.
   * @param isLast the stream ends with the fields
   * @returns why the call has failed, when that is known before the stream ends
   */
  add(fields: Fields, isLast: boolean): Status | undefined {
    if (this.#state === 'messages' && !isLast) {
      return { code: 'Internal', details: 'a HEADERS frame cannot appear in the middle of a stream' };
    }
    if (this.#page !== undefined) return this.#page.status;
    const status = fields.get('grpc-status');
    if (status !== undefined && !isNumber(status)) return malformedStatus(status);
    const contentType = fields.get('content-type');
    if (this.#state === 'opening' && !isOfGrpc(contentType)) {
      return this.#addOther({ status: fields.get(':status'), contentType }, isLast);
    }
    this.#encoding ??= fields.get('grpc-encoding');
    this.#state = isLast ? 'ended' : 'messages';
    if (isLast) this.#status = refusalBy(Number(status ?? UNKNOWN), fields.get('grpc-message') ?? '');
    return undefined;
  }

  /** A part of a page. @returns why the call has failed, once enough of it is here */
  addData(part: Buffer): Status | undefined {
    this.#isPageComplete = part.length > 0;
    return this.#page?.push(part) ? this.#page.status : undefined;
  }

  /** At the end of the stream; nothing when all went well. */
  get status(): Status | undefined {
    // grpc-go does not look whether an empty frame ends a page.
    return this.#page !== undefined && this.#isPageComplete ? this.#page.status : this.#status;
  }

  #addOther(head: HttpHead, isLast: boolean): Status | undefined {
    if (isInformational(head)) return isLast ? statusFromInformational(head) : undefined;
    if (isLast || !isReadable(head)) return statusFromHttp(head);
    this.#state = 'page';
    this.#page = new Page(head);
    return undefined;
  }
}

/** Not even an HTTP status: nothing else is of interest. */
function isReadable({ status = '' }: HttpHead): boolean {
  return status === '' || isNumber(status);
}

/** Of a status that is missing. */
const UNKNOWN = 2;

/** Go's `ParseInt` of 32 bits. */
function isNumber(text: string): boolean {
  return /^[+-]?\d+$/.test(text) && Number(text) === (Number(text) | 0);
}

function malformedStatus(text: string): Status {
  const why = /^[+-]?\d+$/.test(text) ? 'value out of range' : 'invalid syntax';
  const literal = quoteGo(Buffer.from(text, 'latin1'));
  return {
    code: 'Unknown',
    details: `transport: malformed grpc-status: strconv.ParseInt: parsing ${literal}: ${why}`,
  };
}

function refusalBy(status: number, message: string): Status | undefined {
  const code = rpcCodeOf(status);
  return code === 'OK' ? undefined : { code, details: percentDecoded(message) };
}

/** gRPC sends texts as UTF-8, with `%xx` for bytes that a header cannot carry. */
function percentDecoded(text: string): string {
  const bytes = text.replaceAll(/%([0-9a-f]{2})/gi, (_escape, digits) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return textFromBytes(Buffer.from(bytes, 'latin1'));
}
