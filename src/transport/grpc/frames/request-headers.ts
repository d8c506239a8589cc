import { encodeHeaders } from '../../http2/hpack/encoder.js';
import { CLIENT_API_VERSION, grpcTimeout } from '../settings.js';

const USER_AGENT = 'etcdctl-ts';

export interface RequestHeaderOptions {
  /** Empty: no token. */
  readonly token: string;
  /** See `Attempt`. */
  readonly requiresLeader: boolean;
  /** Infinity: none. */
  readonly timeoutMs: number;
}

/** Encodes the header blocks of requests. Caches everything but the timeout by path, as long as the token stays the same. */
export class RequestHeaders {
  readonly #scheme: string;
  readonly #authority: string;
  readonly #blocks = new Map<string, Buffer>();
  #token = '';

  constructor({ isSecure, authority }: { readonly isSecure: boolean; readonly authority: string }) {
    this.#scheme = isSecure ? 'https' : 'http';
    this.#authority = authority;
  }

  blockFor(path: string, { token, requiresLeader, timeoutMs }: RequestHeaderOptions): Buffer {
    const block = this.#cachedBlock(path, token, requiresLeader);
    if (timeoutMs === Number.POSITIVE_INFINITY) return block;
    return Buffer.concat([block, encodeHeaders([['grpc-timeout', grpcTimeout(timeoutMs)]])]);
  }

  #cachedBlock(path: string, token: string, requiresLeader: boolean): Buffer {
    if (token !== this.#token) this.#blocks.clear();
    this.#token = token;
    const key = requiresLeader ? `${path} with leader` : path;
    const cached = this.#blocks.get(key);
    if (cached !== undefined) return cached;
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
