import { GoParseError } from './parse-error.js';
import { trimSpace } from './runes.js';
import { parseGoUrl } from './url.js';

/**
 * Checks and sorts peer URLs as etcd does (client/pkg/types/urls.go `NewURLs`, v3.7.1). Only surrounding space and the case of the
 * scheme are normalized: member ids are hashes of this text. Throws a `GoParseError` with etcd's messages.
 */
export function parsePeerUrls(texts: readonly string[]): readonly string[] {
  return texts.map(parsePeerUrl).sort(compareText);
}

function parsePeerUrl(text: string): string {
  const trimmed = trimSpace(text);
  const { scheme, host, path } = parseGoUrl(trimmed);
  switch (scheme) {
    case 'http':
    case 'https':
      if (!hasPort(host))
        throw new GoParseError(`URL address does not have the form "host:port": ${trimmed}`);
      if (path !== '') throw new GoParseError(`URL must not contain a path: ${trimmed}`);
      break;
    case 'unix':
    case 'unixs':
      break;
    default:
      throw new GoParseError(`URL scheme must be http, https, unix, or unixs: ${trimmed}`);
  }
  return scheme + trimmed.slice(scheme.length);
}

/** The forms that Go's net.SplitHostPort accepts: `host:port`, or `[address]:port`. */
function hasPort(host: string): boolean {
  return /^(?:\[[^[\]]*\]|[^:[\]]*):[^:]*$/.test(host);
}

/** Compares UTF-16 code units. For ASCII text, such as URLs, this is Go's order of bytes. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
