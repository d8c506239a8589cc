import type { CommandContext } from '../../../cli/context.js';
import { formatDuration } from '../../../go/duration.js';
import { abortController, linkSignals } from '../../../model/abort-signal.js';
import { CommandError, Failure, UsageError } from '../../../model/errors.js';
import type { Member } from '../../../model/messages/cluster.js';
import type { EndpointHealthState } from '../../../model/results.js';
import { KeptClient } from './kept-client.js';
import { withEndpoint } from './probe.js';
import { forMembers, listMembers } from './scope.js';
import { UnneededError, WatchedEndpoint } from './watched-endpoint.js';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 1000;
/** When a majority is healthy, the others may still answer within this time. */
const GRACE_MS = 250;
/** A check that must end earlier tells less than the one before it. */
const SHORTEST_CHECK_MS = 200;

export interface WaitOptions {
  readonly wholeCluster: boolean;
  /** 0: one check. */
  readonly waitMs: number;
  /** A majority is enough: of the endpoints, or with `wholeCluster` of the voting members. */
  readonly quorum: boolean;
}

/** Checks the endpoints until they are healthy or the time is up, and prints the last state. Fails if they are not healthy. */
export async function waitForHealth(options: WaitOptions, context: CommandContext): Promise<void> {
  const { clock, notices, signal } = context;
  const check = new ClusterCheck(options, context);
  const deadline = new Deadline(options.waitMs, clock);
  const progress = options.waitMs > 0 ? notices.progress('waiting for the endpoints') : undefined;
  try {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      await check.run(deadline.leftMs, () => progress?.show(check.summary()));
      const longestPauseMs = (deadline.leftMs ?? 0) - SHORTEST_CHECK_MS;
      if (check.isSatisfied || longestPauseMs <= 0) break;
      await clock.sleep(Math.min(pauseMs, longestPauseMs), signal);
    }
  } catch (error) {
    // A signal has ended the command.
    if (signal.aborted) await check.reportReasons();
    throw error;
  } finally {
    progress?.stop();
  }
  await check.report(deadline.waited());
}

class Deadline {
  readonly #clock: CommandContext['clock'];
  readonly #waitMs: number;
  readonly #beganNs: bigint;

  constructor(waitMs: number, clock: CommandContext['clock']) {
    this.#clock = clock;
    this.#waitMs = waitMs;
    this.#beganNs = clock.now();
  }

  /** Undefined without a deadline. */
  get leftMs(): number | undefined {
    if (this.#waitMs === 0) return undefined;
    return Math.max(1, this.#waitMs - Number(this.#clock.now() - this.#beganNs) / 1e6);
  }

  /** The time that has passed, in tenths of a second. */
  waited(): string {
    const tenths = (this.#clock.now() - this.#beganNs) / 100_000_000n;
    return formatDuration(tenths * 100_000_000n);
  }
}

/** An endpoint, and whose health it shows. */
interface Target {
  readonly endpoint: string;
  /** What counts for a quorum: a voting member or, without members, the endpoint. Absent for a learner. */
  readonly voter?: string;
}

class ClusterCheck {
  readonly #options: WaitOptions;
  readonly #context: CommandContext;
  readonly #lister: KeptClient;
  readonly #watched = new Map<string, WatchedEndpoint>();
  #voters: ReadonlySet<string> = new Set();
  #targets: readonly Target[] = [];
  /** Of the last check that has ended. */
  #states: readonly EndpointHealthState[] = [];
  /** The endpoints that were healthy when they last answered. */
  readonly #healthy = new Set<string>();
  #listFailure: CommandError | undefined;

  constructor(options: WaitOptions, context: CommandContext) {
    this.#options = options;
    this.#context = context;
    this.#lister = new KeptClient(context.endpoints, context);
  }

  /**
   * Checks all endpoints at once. Where a quorum is enough, ends soon after there is one.
   * @param onChange called when more is known
   */
  async run(maxTimeoutMs: number | undefined, onChange: () => void): Promise<void> {
    await this.#findTargets(maxTimeoutMs);
    if (this.#listFailure !== undefined) onChange();
    const unneeded = abortController();
    const grace = linkSignals(this.#context.signal);
    const healthyNow = new Set<string>();
    this.#states = await Promise.all(
      this.#targets.map(async ({ endpoint, voter }) => {
        const state = await this.#watch(endpoint).check(maxTimeoutMs, unneeded.signal);
        if (state.isHealthy) this.#healthy.add(endpoint);
        else this.#healthy.delete(endpoint);
        if (state.isHealthy && voter !== undefined) healthyNow.add(voter);
        onChange();
        if (this.#options.quorum && this.#isQuorum(healthyNow)) {
          const waited = this.#context.clock.sleep(GRACE_MS, grace.signal);
          waited.then(() => unneeded.abort(new UnneededError())).catch(() => undefined);
        }
        return state;
      }),
    );
    grace.abort(undefined);
    grace.release();
  }

  get isSatisfied(): boolean {
    if (this.#listFailure !== undefined || this.#targets.length === 0) return false;
    if (!this.#options.quorum) return this.#healthyTargets().length === this.#targets.length;
    return this.#isQuorum(this.#healthyVoters());
  }

  #isQuorum(voters: ReadonlySet<string>): boolean {
    return voters.size * 2 > this.#voters.size;
  }

  /** `2 of 3 healthy, waiting for https://10.0.0.13:2379` */
  summary(): string {
    if (this.#listFailure !== undefined) return 'waiting for the list of members';
    const endpoints = this.#targets.map(({ endpoint }) => endpoint);
    const others = endpoints.filter((endpoint) => !this.#healthy.has(endpoint));
    const waiting = this.isSatisfied || others.length === 0 ? '' : `, waiting for ${others.join(', ')}`;
    return `${this.#count()} healthy${waiting}`;
  }

  async reportReasons(): Promise<void> {
    for (const reason of this.#listFailure?.reasons ?? []) this.#context.notices.reason(reason);
    for (const { endpoint, state, error, reason } of this.#states) {
      // The line of an unhealthy endpoint has the error.
      const isPrinted = state === 'unhealthy' && reason === error.trim();
      if (reason !== '' && !isPrinted) this.#context.notices.reason(withEndpoint(reason, endpoint));
    }
    if (!this.isSatisfied) await this.#context.hintAtLocal();
  }

  async report(waited: string): Promise<void> {
    if (this.#listFailure !== undefined) throw this.#listFailure;
    await this.#context.emit({ kind: 'endpoint-health-states', endpoints: this.#states });
    await this.reportReasons();
    if (this.isSatisfied) return;
    const reasons = this.#options.waitMs > 0 ? [`${this.#count()} healthy after ${waited}`] : [];
    throw new CommandError('unhealthy cluster', { reasons });
  }

  #count(): string {
    const { quorum, wholeCluster } = this.#options;
    if (!quorum) return `${this.#healthyTargets().length} of ${this.#targets.length}`;
    const noun = wholeCluster ? 'voting members' : 'endpoints';
    return `${this.#healthyVoters().size} of ${this.#voters.size} ${noun}`;
  }

  #healthyTargets(): readonly Target[] {
    return this.#targets.filter(({ endpoint }) => this.#healthy.has(endpoint));
  }

  #healthyVoters(): ReadonlySet<string> {
    return new Set(this.#healthyTargets().flatMap(({ voter }) => voter ?? []));
  }

  #watch(endpoint: string): WatchedEndpoint {
    const watched = this.#watched.get(endpoint) ?? new WatchedEndpoint(endpoint, this.#context);
    this.#watched.set(endpoint, watched);
    return watched;
  }

  /** With `--cluster` the members are listed each time: one that has just started has client URLs only then. */
  async #findTargets(maxTimeoutMs: number | undefined): Promise<void> {
    if (!this.#options.wholeCluster) {
      this.#targets = this.#context.endpoints.map((endpoint) => ({ endpoint, voter: endpoint }));
      this.#voters = new Set(this.#context.endpoints);
      return;
    }
    try {
      const members = await this.#listMembers(maxTimeoutMs);
      this.#listFailure = undefined;
      const voters = members.filter(({ isLearner }) => !isLearner);
      this.#voters = new Set(voters.map(({ id }) => String(id)));
      this.#targets = members.flatMap(({ id, clientUrls, isLearner }) =>
        clientUrls.map((endpoint) => ({ endpoint, ...(!isLearner && { voter: String(id) }) })),
      );
    } catch (error) {
      if (!(error instanceof CommandError) || error.cause instanceof UsageError) throw error;
      // The members of the last list are checked until there is another one.
      if (this.#targets.length === 0) this.#listFailure = error;
    }
  }

  async #listMembers(maxTimeoutMs: number | undefined): Promise<readonly Member[]> {
    const { signal } = this.#context;
    try {
      const client = await forMembers(this.#lister.open(maxTimeoutMs));
      return await listMembers(client, { signal, ...(maxTimeoutMs !== undefined && { maxTimeoutMs }) });
    } catch (error) {
      if (error instanceof CommandError && error.cause instanceof Failure) this.#lister.failed(error.cause);
      throw error;
    }
  }
}
