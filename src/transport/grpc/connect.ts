import { openChannel } from '#channel';
import { ConnectionError, ServerError } from '../../model/errors.js';
import type { Client } from '../../model/services.js';
import { AuthDefinition } from '../../wire/etcdserver.js';
import type { ConnectionOptions, TlsOptions } from '../connection.js';
import { type Encryption, loadSecurity, type Security } from '../tls/security.js';
import { Caller } from './caller.js';
import { type Endpoint, parseEndpoint } from './endpoint.js';
import { AUTH_POLICIES } from './retry.js';
import { toRpc } from './rpc.js';
import { bindServices } from './services.js';

/**
 * Creates a client for the cluster. Reads the TLS files; with a user and password, requests a token within `dialTimeoutMs`.
 * Otherwise nothing is dialed before the first call (client/v3/client.go `newClient`, v3.7.1).
 * @throws UsageError for unusable TLS files, ConnectionError when the login fails, or the signal's reason
 */
export async function connect(options: ConnectionOptions, signal?: AbortSignal): Promise<Client> {
  checkLimits(options);
  const endpoints = options.endpoints.map(parseEndpoint);
  if (endpoints.length === 0) throw new ConnectionError('etcdclient: no available endpoints');
  const securities = await securitiesOf(endpoints, options.tls);
  const caller = new Caller({
    channels: endpoints.map((endpoint, index) =>
      openChannel(endpoint, securities[index] ?? PLAINTEXT, options),
    ),
    reportFailures: options.reportFailures,
    reportUnanswered: options.reportUnanswered,
    reportWaiting: options.reportWaiting,
    credentials: options.credentials,
    login: toRpc(AuthDefinition, AuthDefinition.methods.authenticate, AUTH_POLICIES.authenticate),
    callTimeoutMs: options.callTimeoutMs,
    maxRequestBytes: options.maxRequestBytes,
  });
  try {
    await caller.logIn({ timeoutMs: options.dialTimeoutMs || null, ...(signal && { signal }) });
  } catch (error) {
    caller.close();
    throw error instanceof ServerError
      ? new ConnectionError(error.message, { cause: error, reasons: error.reasons })
      : error;
  }
  return bindServices(caller);
}

const PLAINTEXT: Security = { kind: 'plaintext' };

/**
 * How each endpoint is connected to: by its own scheme. Endpoints without a scheme are connected to like the first one. (In etcd's
 * client, the first one decides for all: client/v3/client.go `dialWithBalancer`.)
 */
async function securitiesOf(endpoints: readonly Endpoint[], tls: TlsOptions): Promise<Security[]> {
  const encryptions = endpoints.map(({ encryption }) =>
    encryption === 'as-configured' ? (endpoints[0]?.encryption ?? encryption) : encryption,
  );
  const loaded = new Map<Encryption, Security>();
  for (const encryption of new Set(encryptions)) loaded.set(encryption, await loadSecurity(tls, encryption));
  return encryptions.map((encryption) => loaded.get(encryption) ?? PLAINTEXT);
}

function checkLimits({ maxRequestBytes, maxReceiveBytes }: ConnectionOptions): void {
  if (maxReceiveBytes > 0 && maxRequestBytes > maxReceiveBytes) {
    throw new ConnectionError(
      `gRPC message recv limit (${maxReceiveBytes} bytes) must be greater than send limit (${maxRequestBytes} bytes)`,
      { reasons: ['--max-request-bytes must not exceed --max-recv-bytes'] },
    );
  }
}
