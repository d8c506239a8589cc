import type { RpcCode } from '../../../model/errors.js';
import type { ErrorCode } from '../../http2/error.js';
import type { Fields } from '../../http2/hpack/decoder.js';
import type { StreamFailure } from '../../http2/stream.js';
import { LOST_CONNECTION, rpcCodeOf } from '../status.js';

/** Why a call has no response, in grpc-go's words. */
export interface Refusal {
  readonly code: RpcCode;
  readonly details: string;
  /** The server cannot have acted on the request. */
  readonly isUntouched?: boolean;
}

/** What HTTP servers and proxies that know no gRPC mean (gRPC's http-grpc-status-mapping). */
const CODE_OF_HTTP_STATUS: Readonly<Record<string, RpcCode>> = {
  400: 'Internal',
  401: 'Unauthenticated',
  403: 'PermissionDenied',
  404: 'Unimplemented',
  429: 'Unavailable',
  502: 'Unavailable',
  503: 'Unavailable',
  504: 'Unavailable',
};

/** What the end of a stream means (grpc-go http_util.go `http2ErrConvTab`); the others are `Internal`. */
const CODE_OF_RESET: Readonly<Partial<Record<ErrorCode, RpcCode>>> = {
  CANCEL: 'Canceled',
  FLOW_CONTROL_ERROR: 'ResourceExhausted',
  ENHANCE_YOUR_CALM: 'ResourceExhausted',
  INADEQUATE_SECURITY: 'PermissionDenied',
};

/** How a call went, by the fields before and after the messages of its response. */
export class CallStatus {
  #httpStatus = '';
  #contentType = '';
  #grpcStatus: string | undefined;
  #grpcMessage = '';

  /** Keeps what it looks at alone: a server may send as many fields as it likes. */
  add(fields: Fields): void {
    this.#httpStatus = fields.get(':status') ?? this.#httpStatus;
    this.#contentType = fields.get('content-type') ?? this.#contentType;
    this.#grpcStatus = fields.get('grpc-status') ?? this.#grpcStatus;
    this.#grpcMessage = fields.get('grpc-message') ?? this.#grpcMessage;
  }

  /** Whether what comes are messages; a page that tells of an error is none. */
  get isOfGrpc(): boolean {
    return this.#httpStatus === '200' && this.#contentType.startsWith('application/grpc');
  }

  /** At the end of the stream; nothing when all went well. */
  refusal(): Refusal | undefined {
    if (this.#grpcStatus === undefined) return this.#withoutStatus();
    const code = rpcCodeOf(/^\d+$/.test(this.#grpcStatus) ? Number(this.#grpcStatus) : Number.NaN);
    return code === 'OK' ? undefined : { code, details: percentDecoded(this.#grpcMessage) };
  }

  #withoutStatus(): Refusal {
    const httpStatus = this.#httpStatus;
    if (this.isOfGrpc) {
      return { code: 'Internal', details: 'server closed the stream without sending trailers' };
    }
    if (httpStatus === '200') {
      const details =
        this.#contentType === ''
          ? 'malformed header: missing HTTP content-type'
          : `transport: received unexpected content-type "${this.#contentType}"`;
      return { code: 'Unknown', details };
    }
    return {
      code: CODE_OF_HTTP_STATUS[httpStatus] ?? 'Unknown',
      details: `unexpected HTTP status code received from server: ${httpStatus}`,
    };
  }
}

export function refusalOf(failure: StreamFailure): Refusal {
  switch (failure.kind) {
    case 'refused':
      return { code: 'Unavailable', details: LOST_CONNECTION, isUntouched: true };
    case 'lost':
      return { code: 'Unavailable', details: LOST_CONNECTION };
    case 'malformed':
      return { code: 'Internal', details: failure.reason };
    case 'reset':
      if (failure.code === 'REFUSED_STREAM') return refusalOf({ kind: 'refused' });
      return {
        code: CODE_OF_RESET[failure.code] ?? 'Internal',
        details: `stream terminated by RST_STREAM with error code: ${failure.code}`,
      };
  }
}

/** gRPC sends texts as UTF-8, with `%xx` for bytes that a header cannot carry. */
function percentDecoded(text: string): string {
  const bytes = text.replaceAll(/%([0-9a-f]{2})/gi, (_escape, digits) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString();
}
