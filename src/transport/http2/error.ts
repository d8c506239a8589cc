/** RFC 9113, section 7; the position is the number. */
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

/** A number that stands for nothing is to be read as an internal error. */
export function errorCodeOf(number: number): ErrorCode {
  return ERROR_CODES[number] ?? 'INTERNAL_ERROR';
}

/** The name of any number that ends a stream, as Go has it. */
export function resetCodeOf(number: number): ResetCode {
  return ERROR_CODES[number] ?? `unknown error code 0x${number.toString(16)}`;
}

export function numberOf(code: ErrorCode): number {
  return ERROR_CODES.indexOf(code);
}

/** The peer is gone without a word. */
export class KeepAliveTimeoutError extends Error {
  constructor() {
    super('no answer to a keepalive ping');
    this.name = 'KeepAliveTimeoutError';
  }
}

/** The peer broke the rules of HTTP/2: the connection is of no more use. */
export class Http2Error extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'Http2Error';
  }
}
