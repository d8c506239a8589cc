import {
  type ClientDuplexStream,
  type ClientReadableStream,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import type { EndpointChannel } from './channel.js';
import { abortController, type CallLimit } from './deadline.js';
import type { Rpc } from './rpc.js';
import { type CallFailure, callFailure } from './status.js';

/** Servers count their clients by it (client/v3/ctx.go `withVersion`); the API version of etcd 3.7. */
const CLIENT_API_VERSION = '3.7';

/** What goes along with one attempt. */
export interface Attempt {
  readonly channel: EndpointChannel;
  readonly limit: CallLimit;
  /** Empty: none. */
  readonly token: string;
  /** A member that has lost its leader refuses or ends the call instead of waiting (client/v3/ctx.go `WithRequireLeader`). */
  readonly requiresLeader: boolean;
}

/** One request, one response. Rejects with `CallFailure`, or with the reason of the limit's signal. */
export function attemptUnary<Request, Response>(
  rpc: Rpc<Request, Response>,
  request: Uint8Array,
  attempt: Attempt,
): Promise<Response> {
  const { channel, limit } = attempt;
  return new Promise((resolve, reject) => {
    const cancel = () => call.cancel();
    const call = channel.client.makeUnaryRequest(
      rpc.path,
      toBuffer,
      (bytes) => rpc.decode(bytes),
      request,
      metadataOf(attempt),
      { deadline: limit.deadline },
      (error, response) => {
        limit.signal.removeEventListener('abort', cancel);
        if (error)
          reject(
            limit.signal.aborted ? limit.signal.reason : callFailure(error, call, channel.endpoint.text),
          );
        else resolve(response as Response);
      },
    );
    cancelOnAbort(limit.signal, cancel);
  });
}

/** One request, many responses. While the consumer is busy nothing is read, and the server has to wait. */
export async function* attemptServerStream<Request, Response>(
  rpc: Rpc<Request, Response>,
  request: Uint8Array,
  attempt: Attempt,
): AsyncGenerator<Response, void, undefined> {
  const { channel, limit } = attempt;
  const stream: ClientReadableStream<Response> = channel.client.makeServerStreamRequest(
    rpc.path,
    toBuffer,
    (bytes) => rpc.decode(bytes),
    request,
    metadataOf(attempt),
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
  const { channel, limit } = attempt;
  const stream: ClientDuplexStream<Uint8Array, Response> = channel.client.makeBidiStreamRequest(
    rpc.path,
    toBuffer,
    (bytes) => rpc.decode(bytes),
    metadataOf(attempt),
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
  { channel, limit: { signal } }: Attempt,
): AsyncGenerator<Response, void, undefined> {
  let failure: CallFailure | undefined;
  // Stays for good: cancelling makes the stream report an error that nobody waits for any more.
  stream.on('error', (error) => {
    failure ??= callFailure(error as ServiceError, stream, channel.endpoint.text);
  });
  const cancel = () => stream.cancel();
  cancelOnAbort(signal, cancel);
  try {
    for await (const response of stream) yield response as Response;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw failure ?? error;
  } finally {
    signal.removeEventListener('abort', cancel);
    stream.cancel();
  }
  if (signal.aborted) throw signal.reason;
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

function metadataOf({ token, requiresLeader }: Attempt): Metadata {
  const metadata = new Metadata();
  metadata.set('client-api-version', CLIENT_API_VERSION);
  if (token !== '') metadata.set('token', token);
  if (requiresLeader) metadata.set('hasleader', 'true');
  return metadata;
}

function cancelOnAbort(signal: AbortSignal, cancel: () => void): void {
  if (signal.aborted) cancel();
  else signal.addEventListener('abort', cancel, { once: true });
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
