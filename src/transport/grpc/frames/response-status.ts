import { textFromBytes } from '../../../go/bytes.js';
import { quoteGo } from '../../../go/quote.js';
import type { Fields } from '../../http2/hpack/decoder.js';
import {
  isGrpcContentType,
  isInformational,
  NO_TRAILERS,
  NonGrpcBody,
  type ResponseHeaders,
  statusFromHttp,
  statusFromInformational,
  TRAILERS_WITHOUT_STATUS,
} from '../http-status.js';
import { rpcCodeOf, type Status } from '../status.js';

/** Derives a call's status from the fields and data received, as grpc-go does (internal/transport/http2_client.go, v1.82). */
export class ResponseStatus {
  /** What is received next: response headers, gRPC messages, or the body of a response that is not gRPC. */
  #state: 'headers' | 'messages' | 'non-grpc' | 'ended' = 'headers';
  #nonGrpcBody: NonGrpcBody | undefined;
  #endsWithData = false;
  #encoding: string | undefined;
  #status: Status | undefined = NO_TRAILERS;

  /** Whether the data received are gRPC messages. */
  get hasMessages(): boolean {
    return this.#state === 'messages';
  }

  /** The `grpc-encoding` of the messages; empty: not given. */
  get encoding(): string {
    return this.#encoding ?? '';
  }

  /**
   * Does not keep `fields`, because a server may send any number of them.
   * @param isLast the fields end the stream
   * @returns the status, when the call has failed before the stream ends
   */
  add(fields: Fields, isLast: boolean): Status | undefined {
    if (this.#state === 'messages' && !isLast) {
      return { code: 'Internal', details: 'a HEADERS frame cannot appear in the middle of a stream' };
    }
    if (this.#nonGrpcBody !== undefined) return this.#nonGrpcBody.status;
    const status = fields.get('grpc-status');
    if (status !== undefined && !isInt32(status)) return malformedStatus(status);
    const contentType = fields.get('content-type');
    if (this.#state === 'headers' && !isGrpcContentType(contentType)) {
      return this.#addNonGrpc({ status: fields.get(':status'), contentType }, isLast);
    }
    this.#encoding ??= fields.get('grpc-encoding');
    if (isLast) {
      const isCutShort = status === undefined && this.#state === 'messages';
      this.#status = isCutShort
        ? TRAILERS_WITHOUT_STATUS
        : statusFromTrailers(Number(status ?? UNKNOWN_CODE), fields.get('grpc-message') ?? '');
    }
    this.#state = isLast ? 'ended' : 'messages';
    return undefined;
  }

  /** Adds data of a response that is not gRPC. @returns the status, once enough of the body is known for its message */
  addData(part: Buffer): Status | undefined {
    this.#endsWithData = part.length > 0;
    return this.#nonGrpcBody?.push(part) ? this.#nonGrpcBody.status : undefined;
  }

  /** The status at the end of the stream; `undefined`: OK. */
  get status(): Status | undefined {
    // As in grpc-go, the body is not in the message when an empty DATA frame ends it.
    return this.#nonGrpcBody !== undefined && this.#endsWithData ? this.#nonGrpcBody.status : this.#status;
  }

  #addNonGrpc(head: ResponseHeaders, isLast: boolean): Status | undefined {
    if (isInformational(head)) return isLast ? statusFromInformational(head) : undefined;
    if (isLast || !isHttpStatus(head)) return statusFromHttp(head);
    this.#state = 'non-grpc';
    this.#nonGrpcBody = new NonGrpcBody(head);
    return undefined;
  }
}

/** When `:status` is not a number, grpc-go does not read the body. */
function isHttpStatus({ status = '' }: ResponseHeaders): boolean {
  return status === '' || isInt32(status);
}

/** The code when `grpc-status` is missing. */
const UNKNOWN_CODE = 2;

/** What Go's strconv.ParseInt accepts for 32 bits. */
function isInt32(text: string): boolean {
  return /^[+-]?\d+$/.test(text) && Number(text) === (Number(text) | 0);
}

function malformedStatus(text: string): Status {
  const why = /^[+-]?\d+$/.test(text) ? 'value out of range' : 'invalid syntax';
  const literal = quoteGo(Buffer.from(text, 'latin1'));
  return {
    code: 'Unknown',
    details: `transport: malformed grpc-status: strconv.ParseInt: parsing ${literal}: ${why}`,
  };
}

function statusFromTrailers(status: number, message: string): Status | undefined {
  const code = rpcCodeOf(status);
  return code === 'OK' ? undefined : { code, details: percentDecoded(message) };
}

/** Decodes `grpc-message`: percent-encoded UTF-8. */
function percentDecoded(text: string): string {
  const bytes = text.replaceAll(/%([0-9a-f]{2})/gi, (_escape, digits) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return textFromBytes(Buffer.from(bytes, 'latin1'));
}
