import { V2NoEndpointsError } from '../../model/v2/errors.js';
import type { V2Client } from '../../model/v2/services.js';
import type { TlsOptions } from '../connection.js';
import { authService, rolesService, usersService } from './accounts.js';
import { HttpCluster } from './cluster.js';
import { Connector } from './connector.js';
import { keysService } from './keys.js';
import { fetchHealth, membersService } from './members.js';
import { parseOrigin } from './url.js';

/** How to reach a cluster's version 2 API. The client's only input. */
export interface HttpConnectionOptions {
  /** URLs, at least one. */
  readonly endpoints: readonly string[];
  readonly tls: Omit<TlsOptions, 'insecureTransport'>;
  readonly credentials?: BasicCredentials;
  /** Timeout for connecting. */
  readonly dialTimeoutMs: number;
  /** Timeout for the response headers, except for long polls; 0: no timeout. */
  readonly headerTimeoutMs: number;
  /** Called for every request with a curl command, without credentials. */
  readonly onRequest?: (command: string) => void;
  /** Called when the caller has aborted a request that was waiting for a response. Gets a sentence about the endpoint. */
  readonly onUnanswered?: (text: string) => void;
}

export interface BasicCredentials {
  readonly username: string;
  readonly password: string;
}

/**
 * A client of the version 2 API. Reads the TLS files; nothing is dialed before the first call (client/v2/client.go of etcd 3.5).
 * Endpoints are tried in the order given; Go's client uses a random order.
 * @throws UsageError for unusable TLS files, GoParseError for malformed endpoint URLs
 */
export async function connectV2(options: HttpConnectionOptions): Promise<V2Client> {
  const origins = options.endpoints.map(parseOrigin);
  const { dialTimeoutMs, onUnanswered } = options;
  const connector = new Connector(options.tls, { dialTimeoutMs, onUnanswered });
  await connector.checkFiles();
  const cluster = new HttpCluster(origins, {
    connector,
    credentials: options.credentials,
    headerTimeoutMs: options.headerTimeoutMs,
    onRequest: options.onRequest,
  });
  const members = membersService(cluster);
  return {
    keys: keysService(cluster),
    members,
    users: usersService(cluster),
    roles: rolesService(cluster),
    auth: authService(cluster),
    get endpoints() {
      return cluster.endpoints;
    },
    async sync(call) {
      const memberList = await members.list(call);
      const urls = memberList.flatMap(({ clientUrls }) => clientUrls);
      if (urls.length === 0) throw new V2NoEndpointsError();
      cluster.replaceOrigins(urls.map(parseOrigin));
    },
    health: (clientUrl, call) => fetchHealth(connector, clientUrl, call),
    close: () => connector.close(),
  };
}
