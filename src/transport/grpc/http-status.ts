import { bytesFromText } from '../../go/bytes.js';
import { httpStatusText } from '../../go/http-status-text.js';
import { quoteGo } from '../../go/quote.js';
import { systemErrorText } from '../../go/system-error.js';
import type { RpcCode } from '../../model/errors.js';
import { Http2Error, KeepAliveTimeoutError, type ResetCode } from '../http2/error.js';
import type { StreamFailure } from '../http2/stream.js';
import { connectionLost, type Status } from './status.js';

/**
 * The gRPC status for responses that are not gRPC (from HTTP servers and proxies) and for streams that fail, with the messages of
 * grpc-go (internal/transport/http2_client.go `operateHeaders`, v1.82).
 */

/** gRPC's http-grpc-status-mapping.md; other statuses are `Unknown`. */
const CODE_OF_HTTP_STATUS: Readonly<Record<number, RpcCode>> = {
  400: 'Internal',
  401: 'Unauthenticated',
  403: 'PermissionDenied',
  404: 'Unimplemented',
  429: 'Unavailable',
  502: 'Unavailable',
  503: 'Unavailable',
  504: 'Unavailable',
};

export interface ResponseHeaders {
  /** `:status`, not parsed. */
  readonly status: string | undefined;
  /** Latin-1. */
  readonly contentType: string | undefined;
}

export function isGrpcContentType(contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/grpc(?:[+;]|$)/.test(contentType);
}

/** The gRPC status for response headers whose content type is not gRPC's. */
export function statusFromHttp({ status, contentType }: ResponseHeaders): Status {
  const wrongType =
    contentType === undefined
      ? 'malformed header: missing HTTP content-type'
      : `transport: received unexpected content-type ${quoteGo(Buffer.from(contentType, 'latin1'))}`;
  if (!status) return { code: 'Internal', details: `malformed header: missing HTTP status; ${wrongType}` };
  const number = parseHttpStatus(status);
  if (number === undefined) {
    const details = `transport: malformed http-status: strconv.Atoi: parsing ${quoteGo(bytesFromText(status))}: invalid syntax`;
    return { code: 'Internal', details };
  }
  return {
    code: CODE_OF_HTTP_STATUS[number] ?? 'Unknown',
    details: `unexpected HTTP status code received from server: ${number} (${httpStatusText(number)}); ${wrongType}`,
  };
}

/** 1xx: the final response headers follow. */
export function isInformational({ status = '' }: ResponseHeaders): boolean {
  const number = parseHttpStatus(status) ?? 0;
  return number >= 100 && number < 200;
}

/** The status when an informational response ends the stream. */
export function statusFromInformational({ status = '' }: ResponseHeaders): Status {
  const details = `protocol error: informational header with status code ${Number(status)} must not have END_STREAM set`;
  return { code: 'Internal', details };
}

function parseHttpStatus(status: string): number | undefined {
  return /^[+-]?\d{1,9}$/.test(status) ? Number(status) : undefined;
}

/** The part of the body that goes into the message (client_stream.go `nonGRPCDataMaxLen`). */
const MAX_NON_GRPC_BODY_BYTES = 1024;

/** The body of a response that is not gRPC, such as an HTML page. Its first bytes are part of the status message. */
export class NonGrpcBody {
  readonly #status: Status;
  #bytes = Buffer.alloc(0);

  constructor(head: ResponseHeaders) {
    this.#status = statusFromHttp(head);
  }

  /** @returns whether enough bytes have been collected */
  push(part: Buffer): boolean {
    this.#bytes = Buffer.concat([
      this.#bytes,
      part.subarray(0, MAX_NON_GRPC_BODY_BYTES - this.#bytes.length),
    ]);
    return this.#bytes.length === MAX_NON_GRPC_BODY_BYTES;
  }

  get status(): Status {
    const { code, details } = this.#status;
    return { code, details: `${details}\ndata: ${quoteGo(this.#bytes)}` };
  }
}

/** The status of a stream that ended with RST_STREAM (grpc-go http_util.go `http2ErrConvTab`); other codes are `Internal`. */
const CODE_OF_RESET: Readonly<Partial<Record<ResetCode, RpcCode>>> = {
  CANCEL: 'Canceled',
  FLOW_CONTROL_ERROR: 'ResourceExhausted',
  REFUSED_STREAM: 'Unavailable',
  ENHANCE_YOUR_CALM: 'ResourceExhausted',
  INADEQUATE_SECURITY: 'PermissionDenied',
};

export const NO_TRAILERS: Status = {
  code: 'Internal',
  details: 'server closed the stream without sending trailers',
  isInterruption: true,
};

export function statusFromReset(code: ResetCode): Status {
  return {
    code: CODE_OF_RESET[code] ?? (code.startsWith('unknown') ? 'Unknown' : 'Internal'),
    details: `stream terminated by RST_STREAM with error code: ${code}`,
    isInterruption: true,
    ...(code === 'REFUSED_STREAM' && { isUnprocessed: true }),
  };
}

/** Both statuses: grpc-go stream.go `recvMsg`. */
export const NO_RESPONSE_MESSAGE: Status = {
  code: 'Internal',
  details: 'cardinality violation: received no response message from non-server-streaming RPC',
};
export const SECOND_RESPONSE_MESSAGE: Status = {
  code: 'Internal',
  details:
    'cardinality violation: expected <EOF> for non server-streaming RPCs, but received another message',
};

/** The server has not answered a keepalive ping. */
export const KEEP_ALIVE_FAILED: Status = {
  code: 'Unavailable',
  details: 'keepalive ping failed to receive ACK within timeout',
  isInterruption: true,
};

/** There is no connection, or it takes no new calls. */
export const CONNECTION_UNUSABLE: Status = {
  code: 'Unavailable',
  details: 'the connection is draining',
  isUnprocessed: true,
  isInterruption: true,
};

export function statusOfStreamFailure(failure: StreamFailure): Status {
  switch (failure.kind) {
    case 'unprocessed':
      return CONNECTION_UNUSABLE;
    case 'lost':
      return statusOfLoss(failure.reason, failure.goAway);
    case 'malformed':
      return { code: 'Internal', details: failure.why };
    case 'reset':
      return statusFromReset(failure.code);
  }
}

function statusOfLoss(reason: Error, goAway: string | undefined): Status {
  const status =
    reason instanceof KeepAliveTimeoutError ? KEEP_ALIVE_FAILED : connectionLost(readErrorText(reason));
  return goAway === undefined ? status : withGoAway(status, goAway);
}

/** @param goAway see `goAwayText` (grpc-go, internal/transport/http2_client.go `Close`) */
export function withGoAway(status: Status, goAway: string): Status {
  const description = quoteGo(bytesFromText(status.details));
  const details = `closing transport due to: connection error: desc = ${description}, received prior goaway: ${goAway}`;
  return { ...status, details };
}

function readErrorText(reason: Error): string {
  if (reason instanceof Http2Error) return `connection error: ${reason.code}`;
  const cause = reason.cause ?? reason;
  const { code = '' } = cause as NodeJS.ErrnoException;
  return /^E[A-Z]+$/.test(code) ? systemErrorText(cause) : 'EOF';
}
