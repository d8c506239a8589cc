import { UsageError } from '../../../model/errors.js';
import { GoParseError } from '../../../model/go/parse-error.js';
import { type GoUrl, parseGoUrl } from '../../../model/go/url.js';

/** A host, or nothing, or an IPv6 address in brackets; then a colon and the port. */
const HOST_AND_PORT = /^(?:\[[^\]]*\]|[^:[\]]*):[^:[\]]*$/;

/**
 * The URLs of `--peer-urls`, as given. Checked before anything connects, by the rules that etcd's servers have for them, for a member
 * whose URL is wrong can bring a cluster down (etcd client/pkg/v3/types/urls.go `NewURLs`).
 */
export function toPeerUrls(list: string): readonly string[] {
  if (list === '') throw new UsageError('member peer urls not provided');
  const urls = list.split(',');
  for (const url of urls) checkPeerUrl(url.trim());
  return urls;
}

function checkPeerUrl(text: string): void {
  const { scheme, host, path } = parse(text);
  if (scheme === 'unix' || scheme === 'unixs') return;
  if (scheme !== 'http' && scheme !== 'https') {
    throw refusal(`URL scheme must be http, https, unix, or unixs: ${text}`);
  }
  if (!HOST_AND_PORT.test(host)) throw refusal(`URL address does not have the form "host:port": ${text}`);
  if (path !== '') throw refusal(`URL must not contain a path: ${text}`);
}

function parse(text: string): GoUrl {
  try {
    return parseGoUrl(text);
  } catch (cause) {
    if (!(cause instanceof GoParseError)) throw cause;
    throw refusal(cause.message, cause);
  }
}

/** etcdctl's status here is 1, not that of bad arguments. */
function refusal(message: string, cause?: unknown): UsageError {
  return new UsageError(message, 'flag', { cause, reasons: ['--peer-urls are like https://10.0.0.4:2380'] });
}
