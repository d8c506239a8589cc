import type { CommandContext } from '../../../cli/context.js';
import { formatDuration } from '../../../go/duration.js';
import { aborted, type LinkedSignal, linkSignals } from '../../../model/abort-signal.js';
import { ConnectionError, type RpcCode, ServerError } from '../../../model/errors.js';
import type { EndpointHealthState } from '../../../model/results.js';
import type { Client } from '../../../model/services.js';
import { KeptClient } from './kept-client.js';
import { alarmProblem, type Problem, probe, problemOf } from './probe.js';

/** The server refuses the user or its password, and does not say more. */
const REFUSALS: readonly RpcCode[] = [
  'InvalidArgument',
  'Unauthenticated',
  'PermissionDenied',
  'FailedPrecondition',
];

/** One endpoint that is checked again and again. As long as its server answers, the connection is kept, and the token. */
export class WatchedEndpoint {
  readonly #endpoint: string;
  readonly #context: CommandContext;
  readonly #client: KeptClient;
  readonly #beganNs: bigint;
  #attempts = 0;

  constructor(endpoint: string, context: CommandContext) {
    this.#endpoint = endpoint;
    this.#context = context;
    this.#client = new KeptClient([endpoint], context);
    this.#beganNs = context.clock.now();
  }

  /**
   * Checks the endpoint once. Ends early when an attempt to connect has failed: reconnecting soon is better than waiting for the
   * client's back-off. Rejects for unusable TLS files, or with the signal's reason.
   * @param unneeded aborts when nobody waits for the result any more; then the health is unknown
   */
  async check(maxTimeoutMs: number | undefined, unneeded: AbortSignal): Promise<EndpointHealthState> {
    const { clock, signal } = this.#context;
    const attempt: Attempt = { end: linkSignals(signal, unneeded), areCertificatesWrong: false };
    this.#attempts++;
    const beganNs = clock.now();
    const problem = await this.#problem(attempt, maxTimeoutMs);
    attempt.end.release();
    if (problem?.failure !== undefined) this.#client.failed(problem.failure);
    const nowNs = clock.now();
    return {
      endpoint: this.#endpoint,
      isHealthy: problem === undefined,
      took: formatDuration(nowNs - beganNs),
      error: problem?.message ?? '',
      state: stateOf(problem, attempt),
      reason: problem === undefined ? '' : reasonOf(problem, this.#endpoint),
      attempts: this.#attempts,
      waited: formatDuration(nowNs - this.#beganNs),
    };
  }

  async #problem(attempt: Attempt, maxTimeoutMs: number | undefined): Promise<Problem | undefined> {
    const call = { signal: attempt.end.signal, ...(maxTimeoutMs !== undefined && { maxTimeoutMs }) };
    let client: Client;
    try {
      const opening = this.#client.open(maxTimeoutMs, {
        reportFailures(reasons, areAboutCertificates) {
          attempt.areCertificatesWrong = areAboutCertificates;
          attempt.end.abort(new ServerError('context deadline exceeded', 'DeadlineExceeded', { reasons }));
        },
      });
      client = await Promise.race([opening, unneededError(attempt)]);
    } catch (error) {
      if (error instanceof UnneededError) return problemOf(error);
      if (!(error instanceof ConnectionError && error.cause instanceof ServerError)) throw error;
      return problemOf(error.cause);
    }
    return (await probe(client, call)) ?? (await alarmProblem(client, call));
  }
}

/** The reason with which `unneeded` aborts. */
export class UnneededError extends ServerError {
  constructor() {
    const reason = 'not waited for, because a majority is healthy';
    super('context canceled', 'Canceled', { reasons: [reason] });
  }
}

/** Rejects when the attempt is not needed any more. A login has no signal that ends it. */
async function unneededError({ end }: Attempt): Promise<never> {
  return aborted(end.signal).catch((error) => {
    if (error instanceof UnneededError) throw error;
    return new Promise<never>(() => undefined);
  });
}

interface Attempt {
  readonly end: LinkedSignal;
  areCertificatesWrong: boolean;
}

function stateOf(
  problem: Problem | undefined,
  { areCertificatesWrong }: Attempt,
): EndpointHealthState['state'] {
  if (problem === undefined) return 'healthy';
  const { failure } = problem;
  if (failure instanceof UnneededError) return 'unknown';
  const isRefused = failure instanceof ServerError && REFUSALS.includes(failure.code);
  return areCertificatesWrong || isRefused ? 'unknown' : 'unhealthy';
}

/** One sentence, without the endpoint. */
function reasonOf({ message, reasons }: Problem, endpoint: string): string {
  const prefix = `${endpoint}: `;
  const own = reasons.map((reason) => (reason.startsWith(prefix) ? reason.slice(prefix.length) : reason));
  return own.length === 0 ? message.trim() : own.join('; ');
}
