import { bytesFromText } from '../go/bytes.js';
import { quoteGo } from '../go/quote.js';
import { ConnectionError, UsageError } from '../model/errors.js';

const MAX_PORT = 65535;

/**
 * The endpoints of a list, trimmed. An invalid endpoint beside valid ones is kept, such as the empty one after a trailing comma: the
 * connection skips it. Throws a `ConnectionError` for an empty list (status 2, as in etcdctl), and a `UsageError` when all endpoints
 * are invalid (status 1; etcdctl tries them until its deadline).
 */
export function checkedEndpoints(list: readonly string[]): string[] {
  const endpoints = list.map((each) => each.trim());
  // etcdctl formats and parses the list again: a list of one empty string becomes an empty list.
  if (list.length === 0 || (list.length === 1 && list[0] === '')) {
    throw new ConnectionError('etcdclient: no available endpoints', {
      reasons: ['the list of endpoints is empty: set --endpoints or ETCDCTL_ENDPOINTS'],
    });
  }
  const problems = endpoints.map((_, index) => problemOf(endpoints, index));
  if (problems.every((problem) => problem !== undefined)) {
    const text = quoteGo(bytesFromText(list.join(',')));
    throw new UsageError(`invalid endpoints ${text}: ${problems[0]}`, 'flag');
  }
  return endpoints;
}

/** Why the endpoint is certainly invalid; `undefined` when it may be valid. */
function problemOf(endpoints: readonly string[], index: number): string | undefined {
  const endpoint = endpoints[index] ?? '';
  if (endpoint === '') return `endpoint ${index + 1} of ${endpoints.length} is empty`;
  const port = endpointPort(endpoint);
  if (port === undefined || (port >= 1 && port <= MAX_PORT)) return undefined;
  return `port of ${endpoint} is not between 1 and ${MAX_PORT}`;
}

/** The number after the host; `undefined` for Unix sockets, names of services and endpoints without a port. */
export function endpointPort(endpoint: string): number | undefined {
  if (/^unixs?:/i.test(endpoint)) return undefined;
  const match =
    /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[^/?#]*@)?(?:\[[^\]]*\]|[^:/?#[\]]*):([0-9]+)(?:[/?#].*)?$/i.exec(
      endpoint,
    );
  return match?.[1] === undefined ? undefined : Number(match[1]);
}
