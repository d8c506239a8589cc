// `imports` in package.json: grpc-js/channel.ts in the npm package, frames/channel.ts in the executable.
import { openChannel } from '#channel';
import { ConnectionError } from '../../model/errors.js';
import type { Client } from '../../model/services.js';
import type { ConnectionOptions, TlsOptions } from '../connection.js';
import { type Encryption, loadSecurity, type Security } from '../tls/security.js';
import { type Endpoint, parseEndpoint } from './endpoint.js';
import type { EndpointChannel } from './endpoint-channel.js';

/**
 * Creates a client for the cluster. Reads the TLS files; with a user and password, requests a token within `dialTimeoutMs`. Otherwise
 * nothing is dialed before the first call, unless the options say so (client/v3/client.go `newClient`, v3.7.1).
 * @throws UsageError for unusable TLS files, ConnectionError when the login fails, or the signal's reason
 */
export async function connect(options: ConnectionOptions, signal?: AbortSignal): Promise<Client> {
  checkLimits(options);
  const channels = await channelsTo(options.endpoints, options);
  const loginChannels = options.loginEndpoints && (await channelsTo(options.loginEndpoints, options));
  const [first] = channels;
  if (options.connectsAtOnce && first?.startConnecting !== undefined) {
    first.startConnecting();
    await nextTurn();
  }
  const { openClient } = await import('./client.js');
  return openClient({ channels, loginChannels }, options, signal);
}

/** Channels, which do not connect yet. */
async function channelsTo(
  texts: readonly string[],
  options: ConnectionOptions,
): Promise<readonly EndpointChannel[]> {
  const endpoints = texts.map(parseEndpoint);
  if (endpoints.length === 0) throw new ConnectionError('etcdclient: no available endpoints');
  const securities = await securitiesOf(endpoints, options.tls);
  return endpoints.map((endpoint, index) => openChannel(endpoint, securities[index] ?? PLAINTEXT, options));
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

/** Resolves when the event loop has looked at the sockets once: a connection over the loopback interface is open by then. */
function nextTurn(): Promise<void> {
  // A callback of the first `setImmediate` can run before that.
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
