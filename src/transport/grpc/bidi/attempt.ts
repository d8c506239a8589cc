import type { Client, ClientDuplexStream, Metadata, ServiceError } from '@grpc/grpc-js';
import { abortController } from '../../../model/abort-signal.js';
import type { CallLimit } from '../call-limit.js';
import { isOfGrpc } from '../http-answer.js';
import type { Rpc } from '../rpc.js';
import type { CallFailure } from '../status.js';
import { callFailure, contentTypeIn } from './failure.js';

/** What goes along with one attempt. */
export interface BidiAttempt {
  readonly client: Client;
  /** Where it goes, as the user calls it. */
  readonly endpoint: string;
  readonly limit: CallLimit;
  readonly metadata: Metadata;
}

/** See `BidiChannel.bidi`. */
export async function* attemptBidi<Request, Response>(
  rpc: Rpc<Request, Response>,
  requests: AsyncIterable<Uint8Array>,
  attempt: BidiAttempt,
): AsyncGenerator<Response, void, undefined> {
  const { client, limit, metadata } = attempt;
  const stream: ClientDuplexStream<Uint8Array, Response> = client.makeBidiStreamRequest(
    rpc.path,
    toBuffer,
    rpc.decode,
    metadata,
    { deadline: limit.deadline },
  );
  const source = requests[Symbol.asyncIterator]();
  const sending = abortController();
  stream.on('metadata', (head) => {
    if (isOfGrpc(contentTypeIn(head))) return;
    // A page ends for Node.js only when the requests have ended, too.
    sending.abort();
    stream.end();
  });
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

async function* responsesOf<Response>(
  stream: ClientDuplexStream<Uint8Array, Response>,
  { endpoint, limit }: BidiAttempt,
): AsyncGenerator<Response, void, undefined> {
  let failure: CallFailure | undefined;
  let contentType: string | undefined;
  stream.on('metadata', (head) => {
    contentType = contentTypeIn(head);
  });
  // Stays for good: cancelling makes the stream report an error that nobody waits for any more.
  stream.on('error', (error) => {
    const { metadata } = error as ServiceError;
    failure ??= callFailure(error as ServiceError, {
      wasSent: stream.getAuthContext() !== null,
      endpoint,
      contentType: contentType ?? contentTypeIn(metadata),
    });
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
