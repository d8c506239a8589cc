import {
  type Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import { abortController } from '../../../model/abort-signal.js';
import { keepNewSpaceSmall } from '../../../runtime/new-space.js';
import type { AttemptContext } from '../call-context.js';
import type { Attempt } from '../endpoint-channel.js';
import { isGrpcContentType } from '../http-status.js';
import type { Rpc } from '../rpc.js';
import { CLIENT_API_VERSION, grpcTimeout } from '../settings.js';
import type { AttemptError } from '../status.js';
import { attemptError, type ConnectionState, contentTypeIn } from './call-error.js';
import { keepingNewSpaceSmall, type LargeMessages, withOneInAdvance } from './large-messages.js';

/** What one attempt at a call needs apart from its messages. */
export interface CallSettings {
  readonly client: Client;
  /** The endpoint as given by the user. */
  readonly endpoint: string;
  readonly context: AttemptContext;
  readonly metadata: Metadata;
  readonly connection: ConnectionState;
  readonly largeMessages: LargeMessages;
}

/** See `EndpointChannel.unary`. */
export function callUnary<Request, Response>(
  rpc: Rpc<Request, Response>,
  request: Uint8Array,
  { client, endpoint, context, metadata, connection, largeMessages }: CallSettings,
): Promise<Response> {
  const decode = largeMessages.counting(rpc.decode);
  return new Promise((resolve, reject) => {
    if (context.isDone) return reject(context.reason);
    let contentType: string | undefined;
    const finish = (error: ServiceError | null, response?: Response) => {
      unsubscribe();
      if (error === null) resolve(response as Response);
      else if (context.isDone) reject(context.reason);
      else reject(attemptError(error, { call, endpoint, contentType, connection }));
    };
    const call = withoutStackTrace(() =>
      client.makeUnaryRequest(rpc.path, toBuffer, decode, request, metadata, finish),
    );
    call.on('metadata', (head) => {
      contentType = contentTypeIn(head);
    });
    const unsubscribe = context.onDone(() => call.cancel());
  });
}

/** grpc-js records for each call where it was made, which takes a tenth of the time of a short call, and is not used here. */
function withoutStackTrace<Value>(work: () => Value): Value {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** See `EndpointChannel.serverStream`. */
export async function* callServerStream<Request, Response>(
  rpc: Rpc<Request, Response>,
  request: Uint8Array,
  settings: CallSettings,
): AsyncGenerator<Response, void, undefined> {
  const { client, metadata, largeMessages } = settings;
  const decode = largeMessages.counting(rpc.decode);
  const restoreGrowth = keepNewSpaceSmall();
  try {
    yield* responsesOf(
      withOneInAdvance(() => client.makeServerStreamRequest(rpc.path, toBuffer, decode, request, metadata)),
      settings,
    );
  } finally {
    restoreGrowth();
  }
}

/** See `EndpointChannel.bidi`. */
export async function* callBidi<Request, Response>(
  rpc: Rpc<Request, Response>,
  requests: AsyncIterable<Uint8Array>,
  settings: CallSettings,
): AsyncGenerator<Response, void, undefined> {
  const { client, metadata, largeMessages } = settings;
  const decoder = keepingNewSpaceSmall(largeMessages.counting(rpc.decode));
  const stream: ClientDuplexStream<Uint8Array, Response> = withOneInAdvance(() =>
    client.makeBidiStreamRequest(rpc.path, toBuffer, decoder.decode, metadata),
  );
  const source = requests[Symbol.asyncIterator]();
  const sending = abortController();
  stream.on('metadata', (head) => {
    if (isGrpcContentType(contentTypeIn(head))) return;
    // Without this, Node.js does not end the stream of a non-gRPC response while the request side is open.
    sending.abort();
    stream.end();
  });
  let requestError: { readonly error: unknown } | undefined;
  void send(source, stream, sending.signal).catch((error: unknown) => {
    requestError = { error };
    stream.cancel();
  });
  try {
    yield* responsesOf(stream, settings);
  } catch (error) {
    throw requestError ? requestError.error : error;
  } finally {
    decoder.end();
    sending.abort();
    // Not awaited: `return` of a generator settles only after its pending `next`.
    source.return?.().catch(() => {});
  }
  if (requestError) throw requestError.error;
}

async function* responsesOf<Response>(
  stream: ClientReadableStream<Response> | ClientDuplexStream<Uint8Array, Response>,
  { endpoint, context, connection }: CallSettings,
): AsyncGenerator<Response, void, undefined> {
  let failure: AttemptError | undefined;
  let contentType: string | undefined;
  stream.on('metadata', (head) => {
    contentType = contentTypeIn(head);
  });
  // Never removed: `cancel` makes the stream emit an error later, and an unhandled error event ends the process.
  stream.on('error', (error) => {
    failure ??= attemptError(error as ServiceError, {
      call: stream,
      endpoint,
      contentType,
      connection,
    });
  });
  const unsubscribe = context.onDone(() => stream.cancel());
  try {
    for await (const response of stream) yield response as Response;
  } catch (error) {
    if (context.isDone) throw context.reason;
    throw failure ?? error;
  } finally {
    unsubscribe();
    stream.cancel();
  }
  if (context.isDone) throw context.reason;
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

/** Resolves when the stream accepts more data, or when the signal aborts. */
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

/** The metadata of calls. Apart from the timeout, consecutive calls have the same: it is cached. */
export class CallMetadata {
  #latest: Metadata | undefined;
  #token = '';
  #requiresLeader = false;

  /**
   * grpc-js is not given the deadline, because it would count it on the clock of the time of day. It sends the timeout in the metadata.
   * @param attempt see `Attempt`
   */
  of({ token, requiresLeader, context }: Attempt): Metadata {
    const common = this.#common(token, requiresLeader);
    const { leftMs } = context;
    if (leftMs === Number.POSITIVE_INFINITY) return common;
    const metadata = common.clone();
    metadata.set('grpc-timeout', grpcTimeout(leftMs));
    return metadata;
  }

  #common(token: string, requiresLeader: boolean): Metadata {
    const isSame = token === this.#token && requiresLeader === this.#requiresLeader;
    if (this.#latest !== undefined && isSame) return this.#latest;
    const metadata = new Metadata();
    metadata.set('client-api-version', CLIENT_API_VERSION);
    if (token !== '') metadata.set('token', token);
    if (requiresLeader) metadata.set('hasleader', 'true');
    this.#latest = metadata;
    this.#token = token;
    this.#requiresLeader = requiresLeader;
    return metadata;
  }
}
