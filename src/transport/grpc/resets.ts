import type { RpcCode } from '../../model/errors.js';
import type { ResetCode } from '../http2/error.js';
import type { Refusal } from './status.js';

/** What it means when a server ends a stream by RST_STREAM, or as if there were no trailers, in grpc-go's words. */

/** What the end of a stream means (grpc-go http_util.go `http2ErrConvTab`); the others are `Internal`. */
const CODE_OF_RESET: Readonly<Partial<Record<ResetCode, RpcCode>>> = {
  CANCEL: 'Canceled',
  FLOW_CONTROL_ERROR: 'ResourceExhausted',
  REFUSED_STREAM: 'Unavailable',
  ENHANCE_YOUR_CALM: 'ResourceExhausted',
  INADEQUATE_SECURITY: 'PermissionDenied',
};

export const NO_TRAILERS: Refusal = {
  code: 'Internal',
  details: 'server closed the stream without sending trailers',
};

/** The code of the frame, by its name. */
export function refusalByReset(code: ResetCode): Refusal {
  return {
    code: CODE_OF_RESET[code] ?? (code.startsWith('unknown') ? 'Unknown' : 'Internal'),
    details: `stream terminated by RST_STREAM with error code: ${code}`,
    ...(code === 'REFUSED_STREAM' && { isUntouched: true }),
  };
}
