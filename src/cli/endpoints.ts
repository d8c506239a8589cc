import { bytesFromText } from '../go/bytes.js';
import { quoteGo } from '../go/quote.js';
import { ConnectionError, UsageError } from '../model/errors.js';

const HIGHEST_PORT = 65535;

/**
 * The endpoints of a list, without surrounding blanks. One that cannot be reached, as the empty one behind a trailing comma, is for
 * the connection to pass over. Throws before anything connects: a `ConnectionError` for an empty list (etcdctl's status is 2), a
 * `UsageError` when none of them can be reached, which etcdctl would try in vain until its time is up (status 1).
 */
export function checkedEndpoints(list: readonly string[]): string[] {
  const endpoints = list.map((each) => each.trim());
  // etcdctl reads a list of one empty text back as an empty list.
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

/** Why no server can be there, if that is certain. */
function problemOf(endpoints: readonly string[], index: number): string | undefined {
  const endpoint = endpoints[index] ?? '';
  if (endpoint === '') return `endpoint ${index + 1} of ${endpoints.length} is empty`;
  const port = portOf(endpoint);
  if (port === undefined || (port >= 1 && port <= HIGHEST_PORT)) return undefined;
  return `port of ${endpoint} is not between 1 and ${HIGHEST_PORT}`;
}

/** The number after the host; `undefined` for Unix sockets, names of services and endpoints without a port. */
function portOf(endpoint: string): number | undefined {
  if (/^unixs?:/i.test(endpoint)) return undefined;
  const match =
    /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[^/?#]*@)?(?:\[[^\]]*\]|[^:/?#[\]]*):([0-9]+)(?:[/?#].*)?$/i.exec(
      endpoint,
    );
  return match?.[1] === undefined ? undefined : Number(match[1]);
}
