import { constants } from 'node:http2';
import {
  type Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  type ClientUnaryCall,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import { systemErrorText } from '../../../go/system-error.js';
import { abortController } from '../../../model/abort-signal.js';
import { goAwayText, resetCodeOf } from '../../http2/error.js';
import type { AttemptContext } from '../call-context.js';
import type { Attempt } from '../endpoint-channel.js';
import {
  isGrpcContentType,
  KEEP_ALIVE_FAILED,
  NO_RESPONSE_MESSAGE,
  NO_TRAILERS,
  SECOND_RESPONSE_MESSAGE,
  statusFromHttp,
  statusFromReset,
  TRAILERS_WITHOUT_STATUS,
  withGoAway,
} from '../http-status.js';
import type { Rpc } from '../rpc.js';
import { CLIENT_API_VERSION, grpcTimeout } from '../settings.js';
import {
  AttemptError,
  CONNECTION_UNUSABLE,
  connectionLost,
  rpcCodeOf,
  type Status,
  UNREADABLE_MESSAGE,
} from '../status.js';

/** What one attempt at a call needs apart from its messages. */
export interface CallSettings {
  readonly client: Client;
  /** The endpoint as given by the user. */
  readonly endpoint: string;
  readonly context: AttemptContext;
  readonly metadata: Metadata;
  readonly connection: ConnectionState;
}

/** The connection of the channel, after a call has failed. */
export interface ConnectionState {
  /** False from the moment at which the connection is lost or the server sends GOAWAY. */
  readonly isReady: boolean;
  /** Whether the socket is still open. */
  readonly isOpen: boolean;
}

/** See `EndpointChannel.unary`. */
export function callUnary<Request, Response>(
  rpc: Rpc<Request, Response>,
  request: Uint8Array,
  { client, endpoint, context, metadata, connection }: CallSettings,
): Promise<Response> {
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
      client.makeUnaryRequest(rpc.path, toBuffer, rpc.decode, request, metadata, finish),
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
  const { client, metadata } = settings;
  yield* responsesOf(
    client.makeServerStreamRequest(rpc.path, toBuffer, rpc.decode, request, metadata),
    settings,
  );
}

/** See `EndpointChannel.bidi`. */
export async function* callBidi<Request, Response>(
  rpc: Rpc<Request, Response>,
  requests: AsyncIterable<Uint8Array>,
  settings: CallSettings,
): AsyncGenerator<Response, void, undefined> {
  const { client, metadata } = settings;
  const stream: ClientDuplexStream<Uint8Array, Response> = client.makeBidiStreamRequest(
    rpc.path,
    toBuffer,
    rpc.decode,
    metadata,
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

interface FailedCall {
  readonly call: Pick<ClientUnaryCall, 'getAuthContext'>;
  readonly endpoint: string;
  /** Of the response; `undefined` when no headers were received. */
  readonly contentType: string | undefined;
  readonly connection: ConnectionState;
}

function attemptError(
  error: ServiceError,
  { call, endpoint, contentType, connection }: FailedCall,
): AttemptError {
  const status = toStatus(error, {
    contentType: contentType ?? contentTypeIn(error.metadata),
    hasHeaders: contentType !== undefined,
    connection,
  });
  // Without a connection, the call has no auth context.
  const isUnsent = call.getAuthContext() === null;
  return new AttemptError(isUnsent ? { ...status, isUnprocessed: true } : status, endpoint);
}

function contentTypeIn(metadata: Metadata | undefined): string | undefined {
  const [value] = metadata?.get('content-type') ?? [];
  return value?.toString();
}

/** The status that grpc-go gives to the error of grpc-js. For non-gRPC responses, grpc-js's details are not usable. */
function toStatus(
  { code, details }: Pick<ServiceError, 'code'> & { readonly details: string | undefined },
  {
    contentType,
    hasHeaders,
    connection,
  }: Pick<FailedCall, 'contentType' | 'connection'> & { readonly hasHeaders: boolean },
): Status {
  // The error thrown by grpc-js's compression filter is not a status.
  if (details === undefined) return COMPRESSED_MESSAGE;
  const status = /^Received HTTP status code (\d+)$/.exec(details)?.[1];
  const isNonGrpc = contentType !== undefined && !isGrpcContentType(contentType);
  // The HTTP status of a page whose stream was then reset is not known.
  const reset = isNonGrpc && status === undefined ? statusFromDetails(details, connection) : undefined;
  if (reset?.isInterruption && reset !== NO_TRAILERS) return reset;
  if (isNonGrpc || (status !== undefined && contentType === undefined)) {
    return statusFromHttp({ status: status ?? '200', contentType });
  }
  // The HTTP status takes the place of that in the trailers of a gRPC response.
  if (status !== undefined) return hasHeaders ? TRAILERS_WITHOUT_STATUS : { code: 'Unknown', details: '' };
  return statusFromDetails(details, connection) ?? { code: codeOf(code), details };
}

function codeOf(number: number): Status['code'] {
  const code = Number.isInteger(number) ? rpcCodeOf(number) : 'Unknown';
  return code === 'OK' ? 'Unknown' : code;
}

/** The status for details whose text differs between grpc-js and grpc-go. */
function statusFromDetails(details: string, connection: ConnectionState): Status | undefined {
  if (/^(?:No connection established|Failed to start HTTP\/2 stream with error )/.test(details)) {
    return CONNECTION_UNUSABLE;
  }
  if (details === 'No message received') return NO_RESPONSE_MESSAGE;
  if (details === 'Too many responses received') return SECOND_RESPONSE_MESSAGE;
  if (details === 'No status information received') return NO_TRAILERS;
  if (details === 'Connection dropped') return connection.isOpen ? KEEP_ALIVE_FAILED : connectionLost('EOF');
  const closed = closedStreamCode(details);
  if (closed !== undefined) return statusOfReset(closed, details, connection);
  const failure = INTERNAL_FAILURES.find((pattern) => pattern.test(details))?.exec(details)?.[1];
  if (failure !== undefined) return connectionLost(readErrorText(failure));
  const reset =
    RESET_BY_DETAILS[details] ?? Number(/^Received RST_STREAM with code (\d+)/.exec(details)?.[1]);
  if (!Number.isNaN(reset)) return statusOfReset(reset, details, connection);
  if (details.startsWith('Response message parsing error: ')) return UNREADABLE_MESSAGE;
  const tooLarge = /^Received message larger than max \((\d+) vs (\d+)\)$/.exec(details);
  if (!tooLarge) return undefined;
  return {
    code: 'ResourceExhausted',
    details: `grpc: received message larger than max (${tooLarge[1]} vs. ${tooLarge[2]})`,
  };
}

/** The details with which grpc-js reports RST_STREAM, and also a connection that GOAWAY ends: node:http2 resets its streams. */
const RESET_BY_DETAILS: Readonly<Record<string, number>> = {
  'Stream refused by server': constants.NGHTTP2_REFUSED_STREAM,
  'Call cancelled': constants.NGHTTP2_CANCEL,
  'Bandwidth exhausted or memory limit exceeded': constants.NGHTTP2_ENHANCE_YOUR_CALM,
  'Protocol not secure enough': constants.NGHTTP2_INADEQUATE_SECURITY,
};

function statusOfReset(number: number, details: string, { isReady }: ConnectionState): Status {
  if (details.endsWith('(Call ended without gRPC status)')) return NO_TRAILERS;
  const code = resetCodeOf(number);
  if (isReady || code === 'CANCEL') return statusFromReset(code);
  return code === 'REFUSED_STREAM'
    ? CONNECTION_UNUSABLE
    : withGoAway(connectionLost('EOF'), goAwayText(code, Buffer.alloc(0)));
}

/** The error code with which a stream was closed while a message waited to be sent: Node.js 24 reports that as a failed write. */
function closedStreamCode(details: string): number | undefined {
  const name = /^Write error: Stream closed with error code (NGHTTP2_[A-Z_0-9]+)$/.exec(details)?.[1];
  return name === undefined ? undefined : constants[name as 'NGHTTP2_REFUSED_STREAM'];
}

/** Failures on this side of the connection, with the runtime's message. */
const INTERNAL_FAILURES: readonly RegExp[] = [
  /^Received RST_STREAM with code \d+ triggered by internal client error: (.*)$/s,
  /^Write error: (.*)$/s,
  /^Write failed with error (.*)$/s,
  /^((?:read|write) E[A-Z]+)$/,
];

/** As `frames/` has it. @param message of an error of node:net, node:tls or node:http2 */
function readErrorText(message: string): string {
  if (message === 'Protocol error') return 'connection error: PROTOCOL_ERROR';
  const [, code] = /\b(E[A-Z]+)$/.exec(message) ?? [];
  return code === undefined ? 'EOF' : systemErrorText(Object.assign(new Error(message), { code }));
}

const COMPRESSED_MESSAGE: Status = {
  code: 'Internal',
  details: 'grpc: compressed flag set with identity or empty encoding',
};
