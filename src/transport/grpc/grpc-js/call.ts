import { type Client, type ClientDuplexStream, Metadata, type ServiceError } from '@grpc/grpc-js';
import { abortController } from '../../../model/abort-signal.js';
import { resetCodeOf } from '../../http2/error.js';
import type { CallContext } from '../call-context.js';
import { isOfGrpc, NO_TRAILERS, statusFromHttp, statusFromReset } from '../http-answer.js';
import type { Rpc } from '../rpc.js';
import { CLIENT_API_VERSION } from '../settings.js';
import { CallFailure, lostConnection, rpcCodeOf, type Status, UNREADABLE_MESSAGE } from '../status.js';

/** What goes along with one attempt. */
export interface BidiAttempt {
  readonly client: Client;
  /** Where it goes, as the user calls it. */
  readonly endpoint: string;
  readonly context: CallContext;
  readonly metadata: Metadata;
}

/** See `BidiChannel.bidi`. */
export async function* attemptBidi<Request, Response>(
  rpc: Rpc<Request, Response>,
  requests: AsyncIterable<Uint8Array>,
  attempt: BidiAttempt,
): AsyncGenerator<Response, void, undefined> {
  const { client, context, metadata } = attempt;
  const stream: ClientDuplexStream<Uint8Array, Response> = client.makeBidiStreamRequest(
    rpc.path,
    toBuffer,
    rpc.decode,
    metadata,
    { deadline: context.deadline },
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
  { endpoint, context }: BidiAttempt,
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
  const stopListening = context.onEnd(() => stream.cancel());
  try {
    for await (const response of stream) yield response as Response;
  } catch (error) {
    if (context.isDone) throw context.reason;
    throw failure ?? error;
  } finally {
    stopListening();
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

/** What goes along with calls. Those that follow each other have the same, and grpc-js copies what it is given. */
export class CallMetadata {
  #latest: Metadata | undefined;
  #token = '';
  #requiresLeader = false;
  readonly #waitsForConnection: boolean;

  /** @param waitsForConnection calls wait until there is one, instead of failing while there is none */
  constructor(waitsForConnection: boolean) {
    this.#waitsForConnection = waitsForConnection;
  }

  /**
   * @param token empty: none
   * @param requiresLeader a member that has lost its leader refuses or ends the call instead of waiting (client/v3/ctx.go
   *   `WithRequireLeader`)
   */
  of(token: string, requiresLeader: boolean): Metadata {
    const isSame = token === this.#token && requiresLeader === this.#requiresLeader;
    if (this.#latest !== undefined && isSame) return this.#latest;
    const metadata = new Metadata({ waitForReady: this.#waitsForConnection });
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
  /** It had a connection. */
  readonly wasSent: boolean;
  readonly endpoint: string;
  /** Of the response, as far as one has begun. */
  readonly contentType: string | undefined;
}

function callFailure(error: ServiceError, { wasSent, endpoint, contentType }: FailedCall): CallFailure {
  const { code, details } = inGoWords(error, contentType);
  return new CallFailure(code, details, wasSent, endpoint);
}

function contentTypeIn(metadata: Metadata | undefined): string | undefined {
  const [value] = metadata?.get('content-type') ?? [];
  return value?.toString();
}

/** A page in the place of messages is no reading matter for grpc-js either: what it says of it is of no use. */
function inGoWords(
  { code, details }: Pick<ServiceError, 'code'> & { readonly details: string | undefined },
  contentType: string | undefined,
): Status {
  // What its filter for compression throws is no status.
  if (details === undefined) return COMPRESSED;
  const status = /^Received HTTP status code (\d+)$/.exec(details)?.[1];
  const isPage = contentType !== undefined && !isOfGrpc(contentType);
  if (isPage || (status !== undefined && contentType === undefined)) {
    return statusFromHttp({ status: status ?? '200', contentType });
  }
  // In trailers, which are those of gRPC.
  if (status !== undefined) return { code: 'Unknown', details: '' };
  return known(details) ?? { code: codeOf(code), details };
}

function codeOf(number: number): Status['code'] {
  const code = Number.isInteger(number) ? rpcCodeOf(number) : 'Unknown';
  return code === 'OK' ? 'Unknown' : code;
}

/** Words of grpc-js that grpc-go says otherwise. */
function known(details: string): Status | undefined {
  const said = WORDS[details];
  if (said !== undefined) return said;
  const reset = /^Received RST_STREAM with code (\d+)( \(Call ended without gRPC status\))?/.exec(details);
  if (reset) return reset[2] === undefined ? statusFromReset(resetCodeOf(Number(reset[1]))) : NO_TRAILERS;
  if (details.startsWith('Response message parsing error: ')) return UNREADABLE_MESSAGE;
  const tooLarge = /^Received message larger than max \((\d+) vs (\d+)\)$/.exec(details);
  if (!tooLarge) return undefined;
  return {
    code: 'ResourceExhausted',
    details: `grpc: received message larger than max (${tooLarge[1]} vs. ${tooLarge[2]})`,
  };
}

const COMPRESSED: Status = {
  code: 'Internal',
  details: 'grpc: compressed flag set with identity or empty encoding',
};

const WORDS: Readonly<Record<string, Status>> = {
  'Connection dropped': { code: 'Unavailable', details: lostConnection('EOF') },
  'read ECONNRESET': { code: 'Unavailable', details: lostConnection('connection reset by peer') },
  'Stream refused by server': statusFromReset('REFUSED_STREAM'),
  'Call cancelled': statusFromReset('CANCEL'),
  'Bandwidth exhausted or memory limit exceeded': statusFromReset('ENHANCE_YOUR_CALM'),
  'Protocol not secure enough': statusFromReset('INADEQUATE_SECURITY'),
};
