import { expect, test } from 'vitest';
import {
  type RequestHeaderOptions,
  RequestHeaders,
} from '../../../../src/transport/grpc/frames/request-headers.js';
import { HeaderDecoder } from '../../../../src/transport/http2/hpack/decoder.js';

const PATH = '/etcdserverpb.KV/Range';
const PLAIN: RequestHeaderOptions = { token: '', requiresLeader: false, timeoutMs: Number.POSITIVE_INFINITY };

const headersOf = (isSecure = false) => new RequestHeaders({ isSecure, authority: 'h:2379' });
const fields = (headers: RequestHeaders, terms: Partial<RequestHeaderOptions> = {}, path = PATH) =>
  Object.fromEntries(new HeaderDecoder().decode(headers.blockFor(path, { ...PLAIN, ...terms })));

test('a header block has the path, the authority and the user agent', () => {
  expect(fields(headersOf())).toEqual({
    ':method': 'POST',
    ':scheme': 'http',
    ':path': PATH,
    ':authority': 'h:2379',
    'content-type': 'application/grpc',
    te: 'trailers',
    'user-agent': 'etcdctl-ts',
    'client-api-version': '3.7',
  });
  expect(fields(headersOf(true))[':scheme']).toBe('https');
});

test('each request has its own path, token and hasleader', () => {
  const headers = headersOf();
  const said = (terms: Partial<RequestHeaderOptions>, path?: string) => {
    const { ':path': seen, token, hasleader } = fields(headers, terms, path);
    return [seen, token, hasleader];
  };
  for (let round = 0; round < 2; round++) {
    expect(said({})).toEqual([PATH, undefined, undefined]);
    expect(said({ requiresLeader: true })).toEqual([PATH, undefined, 'true']);
    expect(said({ token: 'old' })).toEqual([PATH, 'old', undefined]);
    expect(said({ token: 'old', requiresLeader: true })).toEqual([PATH, 'old', 'true']);
    expect(said({ token: 'new' })).toEqual([PATH, 'new', undefined]);
    expect(said({ token: 'new' }, '/other')).toEqual(['/other', 'new', undefined]);
  }
});

test('unchanged header blocks are encoded once', () => {
  const headers = headersOf();
  expect(headers.blockFor(PATH, PLAIN)).toBe(headers.blockFor(PATH, PLAIN));
});

test.each([
  [5_000, '5000m'],
  [0.2, '1m'],
  [1.5, '2m'],
  [0, '1m'],
  [-5, '1m'],
  [99_999_999, '99999999m'],
  [100_000_000, '100000S'],
  [100_000_001, '100001S'],
  [1e15, '99999999S'],
])('a timeout of %d ms is sent as %s', (milliseconds, text) => {
  expect(fields(headersOf(), { timeoutMs: milliseconds })['grpc-timeout']).toBe(text);
});

test('without a deadline there is no grpc-timeout', () => {
  expect(fields(headersOf())).not.toHaveProperty('grpc-timeout');
});
