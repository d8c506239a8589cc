import { bytesFromText } from '../../model/bytes.js';
import { CommandError } from '../../model/errors.js';
import { GoParseError } from '../../model/go/parse-error.js';
import { quoteGo } from '../../model/go/quote.js';
import { trimSpace } from '../../model/go/space.js';
import { type GoUrl, parseGoUrl } from '../../model/go/url.js';

/** Member names and their peer URLs, both in order. */
export type PeerUrlsByName = ReadonlyMap<string, readonly string[]>;

/**
 * Checks peer URLs and puts them in order as etcd does (client/pkg/types/urls.go, v3.7.1). Members' ids are hashes of
 * this very text, so nothing is normalized but space around and the case of the scheme. Throws `CommandError` in etcd's
 * words.
 */
export function parsePeerUrls(texts: readonly string[]): readonly string[] {
  return texts.map(parsePeerUrl).sort(compareText);
}

/** `m1=http://10.0.0.1:2380,m2=…`; a name that comes twice has several URLs. Throws `CommandError`. */
export function parseInitialCluster(text: string): PeerUrlsByName {
  const urls = new Map<string, string[]>();
  for (const part of text.split(',').filter((item) => item !== '')) {
    const equals = part.indexOf('=');
    const name = equals < 0 ? part : part.slice(0, equals);
    const url = equals < 0 ? '' : part.slice(equals + 1);
    urls.set(name, [...(urls.get(name) ?? []), url]);
  }
  const names = [...urls.keys()].sort(compareText);
  return new Map(names.map((name) => [name, parsePeerUrls(urls.get(name) ?? [])]));
}

/** The inverse, all pairs in order. */
export function initialClusterText(cluster: PeerUrlsByName): string {
  return [...cluster]
    .flatMap(([name, urls]) => urls.map((url) => `${name}=${url}`))
    .sort(compareText)
    .join(',');
}

function parsePeerUrl(text: string): string {
  const trimmed = trimSpace(text);
  const url = parse(trimmed);
  switch (url.scheme) {
    case 'http':
    case 'https':
      if (!hasPort(url.host)) {
        throw new CommandError(`URL address does not have the form "host:port": ${trimmed}`);
      }
      if (url.path !== '') throw new CommandError(`URL must not contain a path: ${trimmed}`);
      break;
    case 'unix':
    case 'unixs':
      break;
    default:
      throw new CommandError(`URL scheme must be http, https, unix, or unixs: ${trimmed}`);
  }
  return url.scheme + trimmed.slice(url.scheme.length);
}

function parse(text: string): GoUrl {
  try {
    return parseGoUrl(text);
  } catch (cause) {
    if (cause instanceof GoParseError) throw new CommandError(cause.message, { cause });
    throw cause;
  }
}

/** As Go's net.SplitHostPort sees it: one colon, or a bracketed address and one colon. */
function hasPort(host: string): boolean {
  return /^(?:\[[^[\]]*\]|[^:[\]]*):[^:]*$/.test(host);
}

/** By code units: Go's order of bytes, for URLs. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** As Go prints text with `%q`. */
export function quoted(text: string): string {
  return quoteGo(bytesFromText(text));
}
