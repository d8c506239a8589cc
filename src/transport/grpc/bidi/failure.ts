import type { Metadata, ServiceError } from '@grpc/grpc-js';
import { resetCodeOf } from '../../http2/error.js';
import { isOfGrpc, refusalByHttp } from '../http-answer.js';
import { NO_TRAILERS, refusalByReset } from '../resets.js';
import { CallFailure, lostConnection, type Refusal, rpcCodeOf, UNREADABLE_MESSAGE } from '../status.js';

export interface FailedCall {
  /** It had a connection. */
  readonly wasSent: boolean;
  readonly endpoint: string;
  /** Of the response, as far as one has begun. */
  readonly contentType: string | undefined;
}

export function callFailure(
  error: ServiceError,
  { wasSent, endpoint, contentType }: FailedCall,
): CallFailure {
  const { code, details } = inGoWords(error, contentType);
  return new CallFailure(code, details, wasSent, endpoint);
}

export function contentTypeIn(metadata: Metadata | undefined): string | undefined {
  const [value] = metadata?.get('content-type') ?? [];
  return value?.toString();
}

/** A page in the place of messages is no reading matter for grpc-js either: what it says of it is of no use. */
function inGoWords(
  { code, details }: Pick<ServiceError, 'code'> & { readonly details: string | undefined },
  contentType: string | undefined,
): Refusal {
  // What its filter for compression throws is no status.
  if (details === undefined) return COMPRESSED;
  const status = /^Received HTTP status code (\d+)$/.exec(details)?.[1];
  const isPage = contentType !== undefined && !isOfGrpc(contentType);
  if (isPage || (status !== undefined && contentType === undefined)) {
    return refusalByHttp({ status: status ?? '200', contentType });
  }
  // In trailers, which are those of gRPC.
  if (status !== undefined) return { code: 'Unknown', details: '' };
  return known(details) ?? { code: codeOf(code), details };
}

function codeOf(number: number): Refusal['code'] {
  const code = Number.isInteger(number) ? rpcCodeOf(number) : 'Unknown';
  return code === 'OK' ? 'Unknown' : code;
}

/** Words of grpc-js that grpc-go says otherwise. */
function known(details: string): Refusal | undefined {
  const said = WORDS[details];
  if (said !== undefined) return said;
  const reset = /^Received RST_STREAM with code (\d+)( \(Call ended without gRPC status\))?/.exec(details);
  if (reset) return reset[2] === undefined ? refusalByReset(resetCodeOf(Number(reset[1]))) : NO_TRAILERS;
  if (details.startsWith('Response message parsing error: ')) return UNREADABLE_MESSAGE;
  const tooLarge = /^Received message larger than max \((\d+) vs (\d+)\)$/.exec(details);
  if (!tooLarge) return undefined;
  return {
    code: 'ResourceExhausted',
    details: `grpc: received message larger than max (${tooLarge[1]} vs. ${tooLarge[2]})`,
  };
}

const COMPRESSED: Refusal = {
  code: 'Internal',
  details: 'grpc: compressed flag set with identity or empty encoding',
};

const WORDS: Readonly<Record<string, Refusal>> = {
  'Connection dropped': { code: 'Unavailable', details: lostConnection('EOF') },
  'read ECONNRESET': { code: 'Unavailable', details: lostConnection('connection reset by peer') },
  'Stream refused by server': refusalByReset('REFUSED_STREAM'),
  'Call cancelled': refusalByReset('CANCEL'),
  'Bandwidth exhausted or memory limit exceeded': refusalByReset('ENHANCE_YOUR_CALM'),
  'Protocol not secure enough': refusalByReset('INADEQUATE_SECURITY'),
};
