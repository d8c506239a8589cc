import type { ClientDuplexStream, ClientReadableStream, Metadata, ServiceError } from '@grpc/grpc-js';
import type { CallLimit } from './call-limit.js';
import type { EndpointChannel } from './channel.js';
import { abortController } from './deadline.js';
import type { Rpc } from './rpc.js';
import { type CallFailure, callFailure } from './status.js';

/** What goes along with one attempt. */
export interface Attempt {
  readonly channel: EndpointChannel;
  readonly limit: CallLimit;
  readonly metadata: Metadata;
}

/** One request, one response. Rejects with `CallFailure`, or with the limit's reason. */
export function attemptUnary<Request, Response>(
  rpc: Rpc<Request, Response>,
  request: Uint8Array,
  attempt: Attempt,
): Promise<Response> {
  const { channel, limit, metadata } = attempt;
  return new Promise((resolve, reject) => {
    const finish = (error: ServiceError | null, response?: Response) => {
      stopListening();
      if (!error) resolve(response as Response);
      else reject(limit.isOver ? limit.reason : callFailure(error, call, channel.endpoint.text));
    };
    const call = withoutStackTrace(() =>
      channel.client.makeUnaryRequest(
        rpc.path,
        toBuffer,
        rpc.decode,
        request,
        metadata,
        { deadline: limit.deadline },
        finish,
      ),
    );
    const stopListening = limit.onEnd(() => call.cancel());
  });
}

/** For every call grpc-js takes down where it was made, which is never shown and takes a tenth of the time of a short call. */
function withoutStackTrace<Value>(work: () => Value): Value {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** One request, many responses. While the consumer is busy nothing is read, and the server has to wait. */
export async function* attemptServerStream<Request, Response>(
  rpc: Rpc<Request, Response>,
  request: Uint8Array,
  attempt: Attempt,
): AsyncGenerator<Response, void, undefined> {
  const { channel, limit, metadata } = attempt;
  const stream: ClientReadableStream<Response> = channel.client.makeServerStreamRequest(
    rpc.path,
    toBuffer,
    rpc.decode,
    request,
    metadata,
    { deadline: limit.deadline },
  );
  yield* responsesOf(stream, attempt);
}

/**
 * Many requests, many responses, each side at its own pace. The end of the requests is told to the server; an error among them ends
 * the call. The requests' iterator is closed when the call ends first.
 */
export async function* attemptBidi<Request, Response>(
  rpc: Rpc<Request, Response>,
  requests: AsyncIterable<Uint8Array>,
  attempt: Attempt,
): AsyncGenerator<Response, void, undefined> {
  const { channel, limit, metadata } = attempt;
  const stream: ClientDuplexStream<Uint8Array, Response> = channel.client.makeBidiStreamRequest(
    rpc.path,
    toBuffer,
    rpc.decode,
    metadata,
    { deadline: limit.deadline },
  );
  const source = requests[Symbol.asyncIterator]();
  const sending = abortController();
  let requestError: { readonly error: unknown } | undefined;
  void send(source, stream, sending.signal).catch((error: unknown) => {
    requestError = { error };
    stream.cancel();
  });
  try {
    yield* responsesOf(stream, attempt);
  } catch (error) {
    throw requestError ? requestError.error : error;
  } finally {
    sending.abort();
    // Not awaited: a source that waits for something cannot be interrupted.
    source.return?.().catch(() => {});
  }
  if (requestError) throw requestError.error;
}

type ResponseStream<Response> = ClientReadableStream<Response> | ClientDuplexStream<Uint8Array, Response>;

async function* responsesOf<Response>(
  stream: ResponseStream<Response>,
  { channel, limit }: Attempt,
): AsyncGenerator<Response, void, undefined> {
  let failure: CallFailure | undefined;
  // Stays for good: cancelling makes the stream report an error that nobody waits for any more.
  stream.on('error', (error) => {
    failure ??= callFailure(error as ServiceError, stream, channel.endpoint.text);
  });
  const stopListening = limit.onEnd(() => stream.cancel());
  try {
    for await (const response of stream) yield response as Response;
  } catch (error) {
    if (limit.isOver) throw limit.reason;
    throw failure ?? error;
  } finally {
    stopListening();
    stream.cancel();
  }
  if (limit.isOver) throw limit.reason;
  if (failure) throw failure;
}

async function send(
  source: AsyncIterator<Uint8Array>,
  stream: ClientDuplexStream<Uint8Array, unknown>,
  signal: AbortSignal,
): Promise<void> {
  for (let next = await source.next(); !next.done; next = await source.next()) {
    if (signal.aborted) return;
    if (!stream.write(next.value)) await drained(stream, signal);
  }
  if (!signal.aborted) stream.end();
}

/** Settles when the stream takes more, or when the call is over. */
function drained(stream: ClientDuplexStream<Uint8Array, unknown>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      stream.off('drain', finish);
      signal.removeEventListener('abort', finish);
      resolve();
    };
    stream.once('drain', finish);
    signal.addEventListener('abort', finish, { once: true });
    if (signal.aborted) finish();
  });
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
