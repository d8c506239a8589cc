import { openChannel } from '#channel';
import { ConnectionError, ServerError } from '../../model/errors.js';
import type { Client } from '../../model/services.js';
import { AuthDefinition } from '../../wire/etcdserver.js';
import type { ConnectionOptions } from '../connection.js';
import { loadSecurity } from '../tls/security.js';
import { Caller } from './caller.js';
import { parseEndpoint } from './endpoint.js';
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
  const [first] = endpoints;
  if (!first) throw new ConnectionError('etcdclient: no available endpoints');
  const security = await loadSecurity(options.tls, first.encryption);
  const caller = new Caller({
    channels: endpoints.map((endpoint) => openChannel(endpoint, security, options)),
    reportFailures: options.reportFailures,
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

function checkLimits({ maxRequestBytes, maxReceiveBytes }: ConnectionOptions): void {
  if (maxReceiveBytes > 0 && maxRequestBytes > maxReceiveBytes) {
    throw new ConnectionError(
      `gRPC message recv limit (${maxReceiveBytes} bytes) must be greater than send limit (${maxRequestBytes} bytes)`,
      { reasons: ['--max-request-bytes must not exceed --max-recv-bytes'] },
    );
  }
}
