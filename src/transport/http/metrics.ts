import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { CommandError } from '../../model/errors.js';
import type { TlsOptions } from '../connection.js';
import { type EndpointAddress, parseEndpoint } from '../grpc/endpoint.js';
import { loadSecurity, type Security } from '../tls/security.js';
import { type SecureRequestOptions, TlsAgent } from './tls-agent.js';

/** A member's metrics are about 100 KB. */
const MAX_ANSWER_BYTES = 16 * 2 ** 20;

/** Without a sign of life. */
const PATIENCE_MS = 30_000;

type Reachable = Extract<EndpointAddress, { kind: 'reachable' }>;

/**
 * What a member tells about itself under `/metrics`, in Prometheus' text format. Secured as gRPC to that endpoint is.
 * @throws CommandError when there is no such answer, UsageError for TLS files that are unusable, or the signal's reason
 */
export async function fetchMetrics(endpoint: string, tls: TlsOptions, signal: AbortSignal): Promise<string> {
  const { address, encryption } = parseEndpoint(endpoint);
  if (address.kind === 'malformed') throw new CommandError(address.problem);
  const security = await loadSecurity(tls, encryption);
  const agent = agentFor(security);
  try {
    return await readAll(await answerTo(startRequest(address, agent, signal)));
  } catch (cause) {
    signal.throwIfAborted();
    throw new CommandError(`cannot read /metrics: ${(cause as Error).message}`, { cause });
  } finally {
    agent.destroy();
  }
}

function agentFor(security: Security): Agent {
  if (security.kind === 'plaintext') return new Agent();
  return new TlsAgent({ security: async () => security, dialTimeoutMs: PATIENCE_MS });
}

function startRequest(
  { place, authority, host }: Reachable,
  agent: Agent,
  signal: AbortSignal,
): ClientRequest {
  const options: SecureRequestOptions = {
    ...('path' in place ? { socketPath: place.path } : place),
    path: '/metrics',
    headers: { host: authority },
    agent,
    timeout: PATIENCE_MS,
    signal,
    certifiedHost: host,
  };
  return request(options);
}

function answerTo(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on('timeout', () => request.destroy(new Error(`no response for ${PATIENCE_MS / 1000} s`)));
    request.on('error', reject);
    request.on('response', resolve);
    request.end();
  });
}

async function readAll(answer: IncomingMessage): Promise<string> {
  const { statusCode } = answer;
  if (statusCode !== 200) {
    answer.destroy();
    throw new Error(`HTTP status ${statusCode}`);
  }
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_ANSWER_BYTES) throw new Error('the response is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
