import { posix } from 'node:path';
import { bytesFromText } from '../../go/bytes.js';
import { parseGoUrl } from '../../go/url.js';

/** An endpoint: `http://host:port`, with a path if the API is not at the root. */
export interface Origin {
  readonly scheme: string;
  /** Includes the port, if one is given. */
  readonly host: string;
  /** Not escaped; empty for the root. */
  readonly path: string;
  /** The text used in messages. */
  readonly text: string;
}

/** The URL of one request. */
export interface RequestUrl {
  readonly origin: Origin;
  /** Path and query, escaped. */
  readonly target: string;
}

/** Query or form parameters; undefined values are omitted. */
export type Parameters = Readonly<Record<string, string | bigint | boolean | undefined>>;

/** The default scheme is http. Throws a `GoParseError` with Go's message. */
export function parseOrigin(endpoint: string): Origin {
  const { scheme, host, path } = parseGoUrl(endpoint);
  const text = scheme === '' ? `http:${endpoint}` : endpoint;
  return { scheme: scheme === '' ? 'http' : scheme, host, path: unescapePath(path), text };
}

/** The URL of a key. `..` and empty segments are resolved, a final slash is kept (pathutil.CanonicalURLPath). */
export function keyUrl(origin: Origin, key: string, query: Parameters = {}): RequestUrl {
  const below = key === '' || key.startsWith('/') ? key : `/${key}`;
  return requestUrl(origin, posix.normalize(`/${origin.path}/v2/keys${below}`), query);
}

/** Joins segments like Go's path.Join: without a final slash. */
export function apiUrl(origin: Origin, ...segments: readonly string[]): RequestUrl {
  const path = posix.join('/', origin.path, 'v2', ...segments);
  return requestUrl(origin, path.length > 1 ? path.replace(/\/$/, '') : path, {});
}

export function urlText({ origin, target }: RequestUrl): string {
  return `${origin.scheme}://${origin.host}${target}`;
}

/** `a=b&c=d`, sorted and escaped like Go's `url.Values.Encode`. */
export function encodeParameters(parameters: Parameters): string {
  return Object.entries(parameters)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([name, value]) => `${name}=${escapeBytes(String(value), UNESCAPED_IN_QUERY).replaceAll('%20', '+')}`,
    )
    .join('&');
}

const UNESCAPED_IN_QUERY = /[A-Za-z0-9\-_.~]/;
const UNESCAPED_IN_PATH = /[A-Za-z0-9\-_.~$&+,/:;=@]/;

function requestUrl(origin: Origin, path: string, query: Parameters): RequestUrl {
  const search = encodeParameters(query);
  return { origin, target: escapeBytes(path, UNESCAPED_IN_PATH) + (search === '' ? '' : `?${search}`) };
}

function escapeBytes(text: string, unescaped: RegExp): string {
  return Array.from(bytesFromText(text), (byte) => {
    const character = String.fromCharCode(byte);
    return byte < 0x80 && unescaped.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

function unescapePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
