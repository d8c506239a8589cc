import { GoParseError } from './parse-error.js';
import { trimSpace } from './runes.js';
import { parseGoUrl } from './url.js';

/**
 * Checks peer URLs and puts them in order as etcd does (client/pkg/types/urls.go `NewURLs`, v3.7.1). Members' ids are hashes of this
 * very text, so nothing is normalized but space around and the case of the scheme. Throws a `GoParseError` in etcd's words.
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

/** As Go's net.SplitHostPort sees it: one colon, or a bracketed address and one colon. */
function hasPort(host: string): boolean {
  return /^(?:\[[^[\]]*\]|[^:[\]]*):[^:]*$/.test(host);
}

/** By code units: Go's order of bytes, for URLs. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
