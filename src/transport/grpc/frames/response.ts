import { bytesFromText, textFromBytes } from '../../../go/bytes.js';
import { quoteGo } from '../../../go/quote.js';
import { systemErrorText } from '../../../go/system-error.js';
import { Http2Error, SilentPeerError } from '../../http2/error.js';
import type { Fields } from '../../http2/hpack/decoder.js';
import type { StreamFailure } from '../../http2/stream.js';
import {
  type HttpHead,
  isInformational,
  isOfGrpc,
  Page,
  refusalByHttp,
  refusalByInformation,
} from '../http-answer.js';
import { NO_TRAILERS, refusalByReset } from '../resets.js';
import { lostConnection, type Refusal, rpcCodeOf } from '../status.js';

/** How a call goes, by what is received of its response, as grpc-go reads that (internal/transport/http2_client.go, v1.82). */
export class CallStatus {
  /** `page`: what comes are no messages. */
  #state: 'opening' | 'messages' | 'page' | 'ended' = 'opening';
  #page: Page | undefined;
  #isPageComplete = false;
  #encoding: string | undefined;
  #refusal: Refusal | undefined = NO_TRAILERS;

  /** Whether the data is that of messages. */
  get hasMessages(): boolean {
    return this.#state === 'messages';
  }

  /** How messages are compressed, as the server says. */
  get encoding(): string {
    return this.#encoding ?? '';
  }

  /**
   * Keeps what it looks at alone: a server may send as many fields as it likes.
   * @param isLast the stream ends with the fields
   * @returns why the call has failed, when that is known before the stream ends
   */
  add(fields: Fields, isLast: boolean): Refusal | undefined {
    if (this.#state === 'messages' && !isLast) {
      return { code: 'Internal', details: 'a HEADERS frame cannot appear in the middle of a stream' };
    }
    if (this.#page !== undefined) return this.#page.refusal;
    const status = fields.get('grpc-status');
    if (status !== undefined && !isNumber(status)) return malformedStatus(status);
    const contentType = fields.get('content-type');
    if (this.#state === 'opening' && !isOfGrpc(contentType)) {
      return this.#addOther({ status: fields.get(':status'), contentType }, isLast);
    }
    this.#encoding ??= fields.get('grpc-encoding');
    this.#state = isLast ? 'ended' : 'messages';
    if (isLast) this.#refusal = refusalBy(Number(status ?? UNKNOWN), fields.get('grpc-message') ?? '');
    return undefined;
  }

  /** A part of a page. @returns why the call has failed, once enough of it is here */
  addData(part: Buffer): Refusal | undefined {
    this.#isPageComplete = part.length > 0;
    return this.#page?.push(part) ? this.#page.refusal : undefined;
  }

  /** At the end of the stream; nothing when all went well. */
  get refusal(): Refusal | undefined {
    // grpc-go does not look whether an empty frame ends a page.
    return this.#page !== undefined && this.#isPageComplete ? this.#page.refusal : this.#refusal;
  }

  #addOther(head: HttpHead, isLast: boolean): Refusal | undefined {
    if (isInformational(head)) return isLast ? refusalByInformation(head) : undefined;
    if (isLast || !isReadable(head)) return refusalByHttp(head);
    this.#state = 'page';
    this.#page = new Page(head);
    return undefined;
  }
}

/** Not even an HTTP status: nothing else is of interest. */
function isReadable({ status = '' }: HttpHead): boolean {
  return status === '' || isNumber(status);
}

/** Of a status that is missing. */
const UNKNOWN = 2;

/** Go's `ParseInt` of 32 bits. */
function isNumber(text: string): boolean {
  return /^[+-]?\d+$/.test(text) && Number(text) === (Number(text) | 0);
}

function malformedStatus(text: string): Refusal {
  const why = /^[+-]?\d+$/.test(text) ? 'value out of range' : 'invalid syntax';
  const literal = quoteGo(Buffer.from(text, 'latin1'));
  return {
    code: 'Unknown',
    details: `transport: malformed grpc-status: strconv.ParseInt: parsing ${literal}: ${why}`,
  };
}

function refusalBy(status: number, message: string): Refusal | undefined {
  const code = rpcCodeOf(status);
  return code === 'OK' ? undefined : { code, details: percentDecoded(message) };
}

export function refusalOf(failure: StreamFailure): Refusal {
  switch (failure.kind) {
    case 'refused':
      return { code: 'Unavailable', details: 'the connection is draining', isUntouched: true };
    case 'lost':
      return { code: 'Unavailable', details: lossText(failure.reason, failure.goAway) };
    case 'malformed':
      return { code: 'Internal', details: failure.why };
    case 'reset':
      return refusalByReset(failure.code);
  }
}

/** grpc-go, internal/transport/http2_client.go `Close`. */
function lossText(reason: Error, goAway: string | undefined): string {
  const words =
    reason instanceof SilentPeerError
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

/** gRPC sends texts as UTF-8, with `%xx` for bytes that a header cannot carry. */
function percentDecoded(text: string): string {
  const bytes = text.replaceAll(/%([0-9a-f]{2})/gi, (_escape, digits) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return textFromBytes(Buffer.from(bytes, 'latin1'));
}
