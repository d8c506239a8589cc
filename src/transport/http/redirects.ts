import { GoParseError } from '../../go/parse-error.js';
import { V2AttemptError } from '../../model/v2/errors.js';
import type { Connector, ExchangeLimits, HttpAnswer, HttpRequest } from './connector.js';
import { parseOrigin, type RequestUrl } from './url.js';

/** As Go's client/v2 (`DefaultCheckRedirect`). */
const MOST_REDIRECTS = 10;

/**
 * Sends the same request, method and body included, wherever the servers point to. Credentials are not sent from https to http.
 * Rejects with a `V2AttemptError`, or with the signal's reason.
 */
export async function sendFollowing(
  connector: Connector,
  { url, request }: { readonly url: RequestUrl; readonly request: HttpRequest },
  limits: ExchangeLimits,
): Promise<HttpAnswer> {
  let next = url;
  for (let redirects = 0; ; redirects++) {
    const answer = await connector.send(next, withoutLeak(request, url, next), limits);
    if (Math.floor(answer.status / 100) !== 3) return answer;
    answer.discard();
    if (redirects === MOST_REDIRECTS) throw new V2AttemptError('client: too many redirects', false);
    next = locationOf(answer);
  }
}

function withoutLeak(request: HttpRequest, from: RequestUrl, to: RequestUrl): HttpRequest {
  if (from.origin.scheme !== 'https' || to.origin.scheme === 'https') return request;
  const { authorization: _secret, ...headers } = request.headers;
  return { ...request, headers };
}

function locationOf(answer: HttpAnswer): RequestUrl {
  const location = answer.header('location');
  if (location === '') throw new V2AttemptError('location header not set', false);
  try {
    const origin = parseOrigin(location);
    const [, target = '/'] = /^[^/?#]*\/\/[^/?#]*([^#]*)/.exec(location) ?? [];
    return { origin, target: target.startsWith('/') ? target : `/${target}` };
  } catch (cause) {
    if (!(cause instanceof GoParseError)) throw cause;
    throw new V2AttemptError(`location header not valid URL: ${location}`, false, { cause });
  }
}
