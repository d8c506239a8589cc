import { textFromBytes } from '../../../go/bytes.js';
import { quoteGo } from '../../../go/quote.js';
import type { Http2Connection } from '../../http2/connection.js';
import type { Fields } from '../../http2/hpack/decoder.js';
import type { Stream } from '../../http2/stream.js';
import type { CallContext } from '../call-context.js';
import {
  isGrpcContentType,
  isInformational,
  NO_TRAILERS,
  NonGrpcBody,
  type ResponseHeaders,
  statusFromHttp,
  statusFromInformational,
  statusOfStreamFailure,
} from '../http-status.js';
import { rpcCodeOf, type Status } from '../status.js';
import { MESSAGE_PREFIX_BYTES, MessageReader, UnreadableMessageError } from './message-reader.js';

/** The single response message, or the status of the failed call. Rejects with the context's reason. */
export function callUnary(connection: Http2Connection, request: EncodedRequest): Promise<Buffer | Status> {
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
          resolve(SECOND_RESPONSE_MESSAGE);
        }
      },
      onEnd: (status) => resolve(status ?? response ?? NO_RESPONSE_MESSAGE),
      onDone: () => reject(context.reason),
    });
  });
}

/** Both statuses: grpc-go stream.go `recvMsg`. */
const NO_RESPONSE_MESSAGE: Status = {
  code: 'Internal',
  details: 'cardinality violation: received no response message from non-server-streaming RPC',
};
const SECOND_RESPONSE_MESSAGE: Status = {
  code: 'Internal',
  details:
    'cardinality violation: expected <EOF> for non server-streaming RPCs, but received another message',
};

/**
 * Yields the response messages. While the consumer does not ask for the next one, flow control makes the server wait. Returns the
 * status of a failed call, `undefined` for OK. Throws the context's reason.
 */
export async function* callServerStream(
  connection: Http2Connection,
  request: EncodedRequest,
): AsyncGenerator<Buffer, Status | undefined, undefined> {
  const { context } = request;
  if (context.isDone) throw context.reason;
  const messages: Buffer[] = [];
  let end: { readonly status: Status | undefined } | undefined;
  let notify = () => {};
  const call = new Call(connection, request, {
    onMessage(message) {
      messages.push(message);
      notify();
    },
    onEnd(status) {
      end = { status };
      notify();
    },
    onDone: () => notify(),
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
          notify = resolve;
        });
      } else {
        return end.status;
      }
    }
  } finally {
    call.cancel();
  }
}

interface EncodedRequest {
  /** Encoded with HPACK. */
  readonly headerBlock: Buffer;
  readonly body: Buffer;
  /** Must not be done yet. */
  readonly context: CallContext;
  readonly maxResponseBytes: number;
}

interface CallEvents {
  /** The message counts against the stream's window until it is passed to `consumed`. */
  readonly onMessage: (message: Buffer) => void;
  /** The response has ended; `undefined`: OK. No event follows. */
  readonly onEnd: (status?: Status) => void;
  /** The call's context is done. No event follows. */
  readonly onDone: () => void;
}

/** The stream ended within a message; replaces the status in the trailers (grpc-go rpc_util.go `recvMsg`). */
const UNEXPECTED_EOF: Status = { code: 'Internal', details: 'unexpected EOF' };

/** One call on a connection: sends the request and reads the response's messages. */
class Call {
  readonly #stream: Stream;
  readonly #unsubscribe: () => void;
  #receivedBytes = 0;
  #unconsumedBytes = 0;
  #creditedBytes = 0;

  constructor(connection: Http2Connection, request: EncodedRequest, events: CallEvents) {
    const response = new ResponseStatus();
    const reader = new MessageReader({
      maxBytes: request.maxResponseBytes,
      encoding: () => response.encoding,
      onMessage: (message) => {
        this.#unconsumedBytes += prefixedLength(message);
        events.onMessage(message);
      },
    });
    const end = (status?: Status) => {
      this.#unsubscribe();
      events.onEnd(status);
    };
    const fail = (status: Status) => {
      this.#stream.cancel();
      end(status);
    };
    this.#stream = connection.request(request.headerBlock, request.body, {
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
      onEnd: () => end(reader.isIncomplete ? UNEXPECTED_EOF : response.status),
      onFailure: (failure) => end(statusOfStreamFailure(failure)),
    });
    this.#unsubscribe = request.context.onDone(() => {
      this.#stream.cancel();
      events.onDone();
    });
  }

  /** The consumer has processed the message: its bytes no longer count against the window. */
  consumed(message: Buffer): void {
    this.#unconsumedBytes -= prefixedLength(message);
    this.#credit();
  }

  /** Cancels the call. No event follows. */
  cancel(): void {
    this.#unsubscribe();
    this.#stream.cancel();
  }

  /** Credits all bytes except those of complete messages that are not consumed: an incomplete message may be larger than the window. */
  #credit(): void {
    const bytes = this.#receivedBytes - this.#unconsumedBytes - this.#creditedBytes;
    if (bytes <= 0) return;
    this.#creditedBytes += bytes;
    this.#stream.consumed(bytes);
  }
}

function prefixedLength(message: Buffer): number {
  return MESSAGE_PREFIX_BYTES + message.length;
}

function read(reader: MessageReader, part: Buffer): Status | undefined {
  try {
    reader.push(part);
    return undefined;
  } catch (error) {
    if (!(error instanceof UnreadableMessageError)) throw error;
    return { code: error.code, details: error.message };
  }
}

/** Derives a call's status from the fields and data received, as grpc-go does (internal/transport/http2_client.go, v1.82). */
export class ResponseStatus {
  /** What is received next: response headers, gRPC messages, or the body of a response that is not gRPC. */
  #state: 'headers' | 'messages' | 'non-grpc' | 'ended' = 'headers';
  #nonGrpcBody: NonGrpcBody | undefined;
  #endsWithData = false;
  #encoding: string | undefined;
  #status: Status | undefined = NO_TRAILERS;

  /** Whether the data received are gRPC messages. */
  get hasMessages(): boolean {
    return this.#state === 'messages';
  }

  /** The `grpc-encoding` of the messages; empty: not given. */
  get encoding(): string {
    return this.#encoding ?? '';
  }

  /**
   * Does not keep `fields`, because a server may send any number of them.
   * @param isLast the fields end the stream
   * @returns the status, when the call has failed before the stream ends
   */
  add(fields: Fields, isLast: boolean): Status | undefined {
    if (this.#state === 'messages' && !isLast) {
      return { code: 'Internal', details: 'a HEADERS frame cannot appear in the middle of a stream' };
    }
    if (this.#nonGrpcBody !== undefined) return this.#nonGrpcBody.status;
    const status = fields.get('grpc-status');
    if (status !== undefined && !isInt32(status)) return malformedStatus(status);
    const contentType = fields.get('content-type');
    if (this.#state === 'headers' && !isGrpcContentType(contentType)) {
      return this.#addNonGrpc({ status: fields.get(':status'), contentType }, isLast);
    }
    this.#encoding ??= fields.get('grpc-encoding');
    this.#state = isLast ? 'ended' : 'messages';
    if (isLast)
      this.#status = statusFromTrailers(Number(status ?? UNKNOWN_CODE), fields.get('grpc-message') ?? '');
    return undefined;
  }

  /** Adds data of a response that is not gRPC. @returns the status, once enough of the body is known for its message */
  addData(part: Buffer): Status | undefined {
    this.#endsWithData = part.length > 0;
    return this.#nonGrpcBody?.push(part) ? this.#nonGrpcBody.status : undefined;
  }

  /** The status at the end of the stream; `undefined`: OK. */
  get status(): Status | undefined {
    // As in grpc-go, the body is not in the message when an empty DATA frame ends it.
    return this.#nonGrpcBody !== undefined && this.#endsWithData ? this.#nonGrpcBody.status : this.#status;
  }

  #addNonGrpc(head: ResponseHeaders, isLast: boolean): Status | undefined {
    if (isInformational(head)) return isLast ? statusFromInformational(head) : undefined;
    if (isLast || !isHttpStatus(head)) return statusFromHttp(head);
    this.#state = 'non-grpc';
    this.#nonGrpcBody = new NonGrpcBody(head);
    return undefined;
  }
}

/** When `:status` is not a number, grpc-go does not read the body. */
function isHttpStatus({ status = '' }: ResponseHeaders): boolean {
  return status === '' || isInt32(status);
}

/** The code when `grpc-status` is missing. */
const UNKNOWN_CODE = 2;

/** What Go's strconv.ParseInt accepts for 32 bits. */
function isInt32(text: string): boolean {
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

function statusFromTrailers(status: number, message: string): Status | undefined {
  const code = rpcCodeOf(status);
  return code === 'OK' ? undefined : { code, details: percentDecoded(message) };
}

/** Decodes `grpc-message`: percent-encoded UTF-8. */
function percentDecoded(text: string): string {
  const bytes = text.replaceAll(/%([0-9a-f]{2})/gi, (_escape, digits) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return textFromBytes(Buffer.from(bytes, 'latin1'));
}
