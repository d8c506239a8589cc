/** Makes of the errors of grpc-js the statuses of grpc-go. */
import { constants } from 'node:http2';
import type { ClientUnaryCall, Metadata, ServiceError } from '@grpc/grpc-js';
import { systemErrorText } from '../../../go/system-error.js';
import { goAwayText, resetCodeOf } from '../../http2/error.js';
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
import {
  AttemptError,
  CONNECTION_UNUSABLE,
  connectionLost,
  rpcCodeOf,
  type Status,
  UNREADABLE_MESSAGE,
} from '../status.js';

/** The connection of the channel, after a call has failed. */
export interface ConnectionState {
  /** False from the moment at which the connection is lost or the server sends GOAWAY. */
  readonly isReady: boolean;
  /** Whether the socket is still open. */
  readonly isOpen: boolean;
}

/** What is known of a call that has failed. */
interface FailedCall {
  readonly call: Pick<ClientUnaryCall, 'getAuthContext'>;
  readonly endpoint: string;
  /** Of the response; `undefined` when no headers were received. */
  readonly contentType: string | undefined;
  readonly connection: ConnectionState;
}

export function attemptError(
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

export function contentTypeIn(metadata: Metadata | undefined): string | undefined {
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
