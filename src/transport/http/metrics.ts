import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { aborted } from '../../model/abort-signal.js';
import { CommandError } from '../../model/errors.js';
import type { MetricsPage } from '../../model/inspection.js';
import type { TlsOptions } from '../connection.js';
import { parseEndpoint } from '../grpc/endpoint.js';
import type { ReachableAddress } from '../grpc/settings.js';
import { loadSecurity, type Security } from '../tls/security.js';
import { type SecureRequestOptions, TlsAgent } from './tls-agent.js';

/** A member's metrics are about 100 KB. */
const MAX_RESPONSE_BYTES = 16 * 2 ** 20;

/** Timeout without received data. */
const IDLE_TIMEOUT_MS = 30_000;

/**
 * Reads a member's `/metrics`, in Prometheus' text format. TLS is used as for gRPC to that endpoint.
 * @throws CommandError when the request fails, UsageError for unusable TLS files, or the signal's reason
 */
export async function fetchMetrics(
  endpoint: string,
  tls: TlsOptions,
  signal: AbortSignal,
): Promise<MetricsPage> {
  const { address, encryption } = parseEndpoint(endpoint);
  if (address.kind === 'malformed') throw new CommandError(address.problem);
  const security = await loadSecurity(tls, encryption);
  const agent = agentFor(security);
  try {
    // A request that has no socket yet is not ended by its signal.
    const sentAtMs = Date.now();
    const pending = responseTo(startRequest(address, agent, signal));
    const response = await Promise.race([pending, aborted(signal)]);
    const receivedAtMs = Date.now();
    const serverTimeMs = timeIn(response);
    return { text: await readAll(response), serverTimeMs, sentAtMs, receivedAtMs };
  } catch (cause) {
    signal.throwIfAborted();
    throw new CommandError(`cannot read /metrics: ${await explain(cause as Error, security)}`, { cause });
  } finally {
    agent.destroy();
  }
}

async function explain(failure: Error, security: Security): Promise<string> {
  const { describeFailure, formatFailure } = await import('../tls/connection-failure.js');
  const { words, goText, subject } = describeFailure(failure, { isSecure: security.kind === 'tls' });
  if (subject.kind !== 'server certificate' || security.kind !== 'tls') return formatFailure(words, goText);
  const { explainServerCertificate } = await import('../tls/certificate-failure.js');
  return explainServerCertificate(subject.error, security);
}

function agentFor(security: Security): Agent {
  // Otherwise the server ends the connection after its response, and a slow proxy can lose the rest of that.
  const keepAlive = true;
  if (security.kind === 'plaintext') return new Agent({ keepAlive });
  return new TlsAgent({ keepAlive, security: async () => security, dialTimeoutMs: IDLE_TIMEOUT_MS });
}

function startRequest(
  { socketAddress: address, authority, host }: ReachableAddress,
  agent: Agent,
  signal: AbortSignal,
): ClientRequest {
  const options: SecureRequestOptions = {
    ...('path' in address ? { socketPath: address.path } : address),
    path: '/metrics',
    headers: { host: authority, 'accept-encoding': 'gzip' },
    agent,
    timeout: IDLE_TIMEOUT_MS,
    signal,
    expectedHost: host,
  };
  return request(options);
}

function responseTo(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on('timeout', () => request.destroy(new Error(`no response for ${IDLE_TIMEOUT_MS / 1000} s`)));
    request.on('error', reject);
    request.on('response', resolve);
    request.end();
  });
}

/** Go's net/http adds the time to each response. */
function timeIn({ headers: { date = '' } }: IncomingMessage): number | undefined {
  const timeMs = Date.parse(date);
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

/** Compressed, the page is less than a tenth as long. */
function decoded(response: IncomingMessage): AsyncIterable<Buffer> {
  if (response.headers['content-encoding'] !== 'gzip') return response;
  const unzip = createGunzip();
  // Errors of either stream end the iteration.
  pipeline(response, unzip, () => undefined);
  return unzip;
}

async function readAll(response: IncomingMessage): Promise<string> {
  const { statusCode } = response;
  if (statusCode !== 200) {
    response.destroy();
    throw new Error(`HTTP status ${statusCode}`);
  }
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of decoded(response)) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_RESPONSE_BYTES) throw new Error('the response is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
