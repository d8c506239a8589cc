import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { aborted } from '../../model/abort-signal.js';
import { CommandError } from '../../model/errors.js';
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
export async function fetchMetrics(endpoint: string, tls: TlsOptions, signal: AbortSignal): Promise<string> {
  const { address, encryption } = parseEndpoint(endpoint);
  if (address.kind === 'malformed') throw new CommandError(address.problem);
  const security = await loadSecurity(tls, encryption);
  const agent = agentFor(security);
  try {
    // A request that has no socket yet is not ended by its signal.
    const response = responseTo(startRequest(address, agent, signal));
    return await readAll(await Promise.race([response, aborted(signal)]));
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
  if (security.kind === 'plaintext') return new Agent();
  return new TlsAgent({ security: async () => security, dialTimeoutMs: IDLE_TIMEOUT_MS });
}

function startRequest(
  { socketAddress: address, authority, host }: ReachableAddress,
  agent: Agent,
  signal: AbortSignal,
): ClientRequest {
  const options: SecureRequestOptions = {
    ...('path' in address ? { socketPath: address.path } : address),
    path: '/metrics',
    headers: { host: authority },
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

async function readAll(response: IncomingMessage): Promise<string> {
  const { statusCode } = response;
  if (statusCode !== 200) {
    response.destroy();
    throw new Error(`HTTP status ${statusCode}`);
  }
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_RESPONSE_BYTES) throw new Error('the response is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
