import { encodeHeaders } from '../../http2/hpack/encoder.js';
import { CLIENT_API_VERSION } from '../settings.js';

const USER_AGENT = 'etcdctl-ts';

/** The timeout has at most eight digits. */
const MAX_MILLISECONDS = 99_999_999;

export interface RequestTerms {
  /** Empty: none. */
  readonly token: string;
  /** See `Attempt`. */
  readonly requiresLeader: boolean;
  /** Milliseconds since 1970, or Infinity. */
  readonly deadline: number;
}

/** Header blocks of requests. Those that follow each other differ in little, so that the rest is kept. */
export class RequestHeaders {
  readonly #scheme: string;
  readonly #authority: string;
  readonly #blocks = new Map<string, Buffer>();
  #token = '';

  constructor({ isSecure, authority }: { readonly isSecure: boolean; readonly authority: string }) {
    this.#scheme = isSecure ? 'https' : 'http';
    this.#authority = authority;
  }

  of(path: string, { token, requiresLeader, deadline }: RequestTerms): Buffer {
    const block = this.#blockOf(path, token, requiresLeader);
    if (deadline === Number.POSITIVE_INFINITY) return block;
    return Buffer.concat([block, encodeHeaders([['grpc-timeout', timeoutText(deadline - Date.now())]])]);
  }

  #blockOf(path: string, token: string, requiresLeader: boolean): Buffer {
    if (token !== this.#token) this.#blocks.clear();
    this.#token = token;
    const key = requiresLeader ? `${path} with leader` : path;
    const known = this.#blocks.get(key);
    if (known !== undefined) return known;
    const block = encodeHeaders([
      [':method', 'POST'],
      [':scheme', this.#scheme],
      [':path', path],
      [':authority', this.#authority],
      ['content-type', 'application/grpc'],
      ['te', 'trailers'],
      ['user-agent', USER_AGENT],
      ['client-api-version', CLIENT_API_VERSION],
      ...(token === '' ? [] : [['token', token] as const]),
      ...(requiresLeader ? [['hasleader', 'true'] as const] : []),
    ]);
    this.#blocks.set(key, block);
    return block;
  }
}

/** gRPC's form of a time span; nothing left counts as a millisecond. */
function timeoutText(milliseconds: number): string {
  const whole = Math.max(1, Math.ceil(milliseconds));
  return whole <= MAX_MILLISECONDS ? `${whole}m` : `${Math.min(Math.ceil(whole / 1000), MAX_MILLISECONDS)}S`;
}
