import type { Http2Connection } from '../../http2/connection.js';
import type { Stream } from '../../http2/stream.js';
import type { AttemptContext } from '../call-context.js';
import { NO_RESPONSE_MESSAGE, SECOND_RESPONSE_MESSAGE, statusOfStreamFailure } from '../http-status.js';
import type { Status } from '../status.js';
import type { MessageMemory } from './message-memory.js';
import {
  lengthPrefixedMessage,
  MESSAGE_PREFIX_BYTES,
  MessageReader,
  UnreadableMessageError,
} from './message-reader.js';
import { ResponseStatus } from './response-status.js';

/** The single response message, or the status of the failed call. Rejects with the context's reason. */
export function callUnary(connection: Http2Connection, request: EncodedRequest): Promise<Buffer | Status> {
  const { context } = request;
  return new Promise((resolve, reject) => {
    if (context.isDone) return reject(context.reason);
    let response: Buffer | undefined;
    const call = new Call(connection, request, {
      onMessage(message) {
        call.consumed(message, prefixedLength(message));
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

/**
 * Yields the response messages of a call with one request. While the consumer does not ask for the next one, flow control makes the
 * server wait. Returns the status of a failed call, `undefined` for OK. Throws the context's reason.
 */
export function callServerStream(connection: Http2Connection, request: EncodedRequest): Responses {
  return responsesOf(request.context, (events) => new Call(connection, request, events));
}

type Responses = AsyncGenerator<Buffer, Status | undefined, undefined>;

/**
 * `callServerStream` with requests that are sent as the iterator yields them; while flow control lets none go, it is not asked for the
 * next. Its end half-closes the stream. Its error cancels the call and is thrown. When the call ends first, the iterator is closed.
 */
export async function* callBidi(
  connection: Http2Connection,
  head: RequestHead,
  requests: AsyncIterable<Uint8Array>,
): Responses {
  const source = requests[Symbol.asyncIterator]();
  const { context } = head;
  try {
    return yield* responsesOf(context, (events, fail) => {
      const call = new Call(connection, head, events);
      sendAll(source, call).catch(fail);
      return call;
    });
  } finally {
    // Not awaited: `return` of a generator settles only after its pending `next`.
    source.return?.().catch(() => {});
  }
}

async function sendAll(source: AsyncIterator<Uint8Array>, call: Call): Promise<void> {
  for (let next = await source.next(); !next.done; next = await source.next()) {
    await call.send(lengthPrefixedMessage(next.value));
  }
  call.halfClose();
}

/** @param begin makes the call; `fail` cancels it and throws the error instead of what has been received */
async function* responsesOf(
  context: AttemptContext,
  begin: (events: CallEvents, fail: (error: unknown) => void) => Call,
): Responses {
  if (context.isDone) throw context.reason;
  const messages: Buffer[] = [];
  let end: { readonly status: Status | undefined } | undefined;
  let failure: { readonly error: unknown } | undefined;
  let notify = () => {};
  const fail = (error: unknown) => {
    failure ??= { error };
    notify();
  };
  const call = begin(
    {
      onMessage(message) {
        messages.push(message);
        notify();
      },
      onEnd(status) {
        end = { status };
        notify();
      },
      onDone: () => fail(context.reason),
    },
    fail,
  );
  try {
    for (;;) {
      if (failure !== undefined) throw failure.error;
      const message = messages.shift();
      if (message !== undefined) {
        // The consumer may free the memory of the message.
        const bytes = prefixedLength(message);
        yield message;
        call.consumed(message, bytes);
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

/** A call apart from its messages. */
interface RequestHead {
  /** Encoded with HPACK. */
  readonly headerBlock: Buffer;
  /** Must not be done yet. */
  readonly context: AttemptContext;
  readonly maxResponseBytes: number;
  /** Absent: memory of its own. */
  readonly memory?: MessageMemory;
  /** See `StreamOptions`. */
  readonly reusesMemory?: boolean;
}

interface EncodedRequest extends RequestHead {
  /** The only request message, with its prefix. */
  readonly body: Buffer;
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
  #resumeSending: () => void = () => {};
  #receivedBytes = 0;
  #unconsumedBytes = 0;
  #creditedBytes = 0;
  readonly #reuse: ((message: Buffer) => void) | undefined;

  /** @param request without a body, its messages are given to `send` */
  constructor(
    connection: Http2Connection,
    request: RequestHead & Partial<EncodedRequest>,
    events: CallEvents,
  ) {
    const response = new ResponseStatus();
    const reader = new MessageReader({
      maxBytes: request.maxResponseBytes,
      encoding: () => response.encoding,
      ...(request.memory && { memory: request.memory }),
      onMessage: (message) => {
        this.#unconsumedBytes += prefixedLength(message);
        events.onMessage(message);
      },
    });
    this.#reuse = request.reusesMemory ? (message) => reader.reuse(message) : undefined;
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
      onDrain: () => this.#resumeSending(),
    });
    this.#unsubscribe = request.context.onDone(() => {
      this.#stream.cancel();
      events.onDone();
    });
  }

  /** Resolves when flow control allows the next message; stays pending if the call ends first. */
  async send(message: Buffer): Promise<void> {
    if (this.#stream.write(message)) return;
    await new Promise<void>((resolve) => {
      this.#resumeSending = resolve;
    });
  }

  /** No request message follows. */
  halfClose(): void {
    this.#stream.end();
  }

  /** The consumer has processed the message: its bytes no longer count against the window. */
  consumed(message: Buffer, bytes: number): void {
    this.#unconsumedBytes -= bytes;
    this.#credit();
    this.#reuse?.(message);
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
