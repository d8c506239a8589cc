import { bytesFromText } from '../../go/bytes.js';
import { GoParseError } from '../../go/parse-error.js';
import { compareText, parsePeerUrls } from '../../go/peer-url.js';
import { quoteGo } from '../../go/quote.js';
import { CommandError } from '../../model/errors.js';

/** Peer URLs by member name, both in ascending order. */
export type PeerUrlsByName = ReadonlyMap<string, readonly string[]>;

/** `parsePeerUrls` for a command: throws a `CommandError` in etcd's words. */
export function peerUrlsOf(texts: readonly string[]): readonly string[] {
  try {
    return parsePeerUrls(texts);
  } catch (cause) {
    if (cause instanceof GoParseError) throw new CommandError(cause.message, { cause });
    throw cause;
  }
}

/** Parses `m1=http://10.0.0.1:2380,m2=…`. A repeated name has several URLs. Throws `CommandError`. */
export function parseInitialCluster(text: string): PeerUrlsByName {
  const urls = new Map<string, string[]>();
  for (const part of text.split(',').filter((item) => item !== '')) {
    const equals = part.indexOf('=');
    const name = equals < 0 ? part : part.slice(0, equals);
    const url = equals < 0 ? '' : part.slice(equals + 1);
    urls.set(name, [...(urls.get(name) ?? []), url]);
  }
  const names = [...urls.keys()].sort(compareText);
  return new Map(names.map((name) => [name, peerUrlsOf(urls.get(name) ?? [])]));
}

/** The inverse of `parseInitialCluster`, all pairs in ascending order. */
export function initialClusterText(cluster: PeerUrlsByName): string {
  return [...cluster]
    .flatMap(([name, urls]) => urls.map((url) => `${name}=${url}`))
    .sort(compareText)
    .join(',');
}

/** Formats text like Go's `%q`. */
export function quoted(text: string): string {
  return quoteGo(bytesFromText(text));
}
