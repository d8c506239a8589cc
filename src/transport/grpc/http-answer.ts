import { bytesFromText } from '../../go/bytes.js';
import { httpStatusText } from '../../go/http-status-text.js';
import { quoteGo } from '../../go/quote.js';
import { systemErrorText } from '../../go/system-error.js';
import type { RpcCode } from '../../model/errors.js';
import { Http2Error, KeepAliveTimeoutError, type ResetCode } from '../http2/error.js';
import type { StreamFailure } from '../http2/stream.js';
import { lostConnection, type Status } from './status.js';

/**
 * Answers of HTTP servers and proxies that know no gRPC, in grpc-go's words (internal/transport/http2_client.go `operateHeaders`,
 * v1.82).
 */

/** gRPC's http-grpc-status-mapping; the others are `Unknown`. */
const CODES: Readonly<Record<number, RpcCode>> = {
  400: 'Internal',
  401: 'Unauthenticated',
  403: 'PermissionDenied',
  404: 'Unimplemented',
  429: 'Unavailable',
  502: 'Unavailable',
  503: 'Unavailable',
  504: 'Unavailable',
};

export interface HttpHead {
  /** `:status`, as it was sent. */
  readonly status: string | undefined;
  /** A character for each byte, as it was sent. */
  readonly contentType: string | undefined;
}

export function isOfGrpc(contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/grpc(?:[+;]|$)/.test(contentType);
}

/** What the head means, which is not that of a gRPC response. */
export function statusFromHttp({ status, contentType }: HttpHead): Status {
  const wrongType =
    contentType === undefined
      ? 'malformed header: missing HTTP content-type'
      : `transport: received unexpected content-type ${quoteGo(Buffer.from(contentType, 'latin1'))}`;
  if (!status) return { code: 'Internal', details: `malformed header: missing HTTP status; ${wrongType}` };
  const number = toNumber(status);
  if (number === undefined) {
    const details = `transport: malformed http-status: strconv.Atoi: parsing ${quoteGo(bytesFromText(status))}: invalid syntax`;
    return { code: 'Internal', details };
  }
  return {
    code: CODES[number] ?? 'Unknown',
    details: `unexpected HTTP status code received from server: ${number} (${httpStatusText(number)}); ${wrongType}`,
  };
}

/** Whether a real answer follows (1xx). */
export function isInformational({ status = '' }: HttpHead): boolean {
  const number = toNumber(status) ?? 0;
  return number >= 100 && number < 200;
}

/** What follows it cannot follow. */
export function statusFromInformational({ status = '' }: HttpHead): Status {
  const details = `protocol error: informational header with status code ${Number(status)} must not have END_STREAM set`;
  return { code: 'Internal', details };
}

function toNumber(status: string): number | undefined {
  return /^[+-]?\d{1,9}$/.test(status) ? Number(status) : undefined;
}

/** More of a page is not told (client_stream.go `nonGRPCDataMaxLen`). */
const MAX_PAGE_BYTES = 1024;

/** A page that came instead of messages: its beginning belongs to the failure. */
export class Page {
  readonly #status: Status;
  #bytes = Buffer.alloc(0);

  constructor(head: HttpHead) {
    this.#status = statusFromHttp(head);
  }

  /** @returns whether that is all that is wanted */
  push(part: Buffer): boolean {
    this.#bytes = Buffer.concat([this.#bytes, part.subarray(0, MAX_PAGE_BYTES - this.#bytes.length)]);
    return this.#bytes.length === MAX_PAGE_BYTES;
  }

  get status(): Status {
    const { code, details } = this.#status;
    return { code, details: `${details}\ndata: ${quoteGo(this.#bytes)}` };
  }
}

/** What it means when a server ends a stream by RST_STREAM, or as if there were no trailers, in grpc-go's words. */

/** What the end of a stream means (grpc-go http_util.go `http2ErrConvTab`); the others are `Internal`. */
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
};

/** The code of the frame, by its name. */
export function statusFromReset(code: ResetCode): Status {
  return {
    code: CODE_OF_RESET[code] ?? (code.startsWith('unknown') ? 'Unknown' : 'Internal'),
    details: `stream terminated by RST_STREAM with error code: ${code}`,
    ...(code === 'REFUSED_STREAM' && { isUnprocessed: true }),
  };
}

export function statusOfStreamFailure(failure: StreamFailure): Status {
  switch (failure.kind) {
    case 'refused':
      return { code: 'Unavailable', details: 'the connection is draining', isUnprocessed: true };
    case 'lost':
      return { code: 'Unavailable', details: lossText(failure.reason, failure.goAway) };
    case 'malformed':
      return { code: 'Internal', details: failure.why };
    case 'reset':
      return statusFromReset(failure.code);
  }
}

/** grpc-go, internal/transport/http2_client.go `Close`. */
function lossText(reason: Error, goAway: string | undefined): string {
  const words =
    reason instanceof KeepAliveTimeoutError
      ? 'keepalive ping failed to receive ACK within timeout'
      : lostConnection(readFailure(reason));
  if (goAway === undefined) return words;
  return `closing transport due to: connection error: desc = ${quoteGo(bytesFromText(words))}, received prior goaway: ${goAway}`;
}

function readFailure(reason: Error): string {
  if (reason instanceof Http2Error) return `connection error: ${reason.code}`;
  const cause = reason.cause ?? reason;
  const { code = '' } = cause as NodeJS.ErrnoException;
  return /^E[A-Z]+$/.test(code) ? systemErrorText(cause) : 'EOF';
}
