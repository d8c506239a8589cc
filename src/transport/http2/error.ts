import { quoteGo } from '../../go/quote.js';

/** RFC 9113, section 7; the index is the number. */
const ERROR_CODES = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export type ResetCode = ErrorCode | `unknown error code 0x${string}`;

/** The name that Go prints for the error code of RST_STREAM or GOAWAY. */
export function resetCodeOf(number: number): ResetCode {
  return ERROR_CODES[number] ?? `unknown error code 0x${number.toString(16)}`;
}

export function errorCodeNumber(code: ErrorCode): number {
  return ERROR_CODES.indexOf(code);
}

/** The peer did not respond to a keepalive ping. */
export class KeepAliveTimeoutError extends Error {
  constructor() {
    super('no answer to a keepalive ping');
    this.name = 'KeepAliveTimeoutError';
  }
}

/** A connection error (RFC 9113, 5.4.1): the connection must be closed. */
export class Http2Error extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'Http2Error';
  }
}

/** The text that grpc-go makes of a GOAWAY frame (internal/transport/http2_client.go `setGoAwayReason`). */
export function goAwayText(code: string, debugData: Buffer): string {
  return debugData.length === 0 ? `code: ${code}` : `code: ${code}, debug data: ${quoteGo(debugData)}`;
}

/** The error for a server whose first bytes are not a frame, because it expects HTTP/1.1 or TLS. */
export function notHttp2(cause: Http2Error): Error {
  return new Error(`Protocol error: the server does not answer in HTTP/2 (${cause.message})`, { cause });
}
