import { linkSignals } from '../../model/abort-signal.js';
import type { ConnectionOptions } from '../connection.js';
import { Countdown } from './countdown.js';
import type { EndpointChannel, FailedAttempt } from './endpoint-channel.js';
import { NO_CONNECTION_IN_TIME, NO_RESPONSE_IN_TIME } from './settings.js';
import { type AttemptError, isDraining } from './status.js';

/** Connecting to the next endpoint starts after this time, if the present one has neither connected nor failed (RFC 8305, 5). */
const CONNECTION_ATTEMPT_DELAY_MS = 250;

/** How long the channels may take to explain their state for an error message. */
const EXPLAIN_TIMEOUT_MS = 200;

/** The time after which failures are explained, although not all endpoints have failed: an explanation may ask the server. */
const EXPLAIN_DELAY_MS = 250;

/** The time between that and the report, although not all endpoints have failed. */
const REPORT_DELAY_MS = 750;

/**
 * Chooses among the endpoints. The chosen endpoint stays in use until a call marks it unavailable. Connections are attempted in the
 * order given, the next one when the previous one has failed or is slow; the first that is ready is used.
 */
export class EndpointPool {
  readonly #channels: readonly EndpointChannel[];
  /** The endpoints to which a connection was attempted. */
  readonly #tried = new Set<EndpointChannel>();
  /** `undefined` after the report, and when there has been a connection. */
  #report: ReportFailures | undefined;
  /** Index of the endpoint in use, or to try first. */
  #currentIndex = 0;

  /** @param channels at least one */
  constructor(channels: readonly EndpointChannel[], report?: ReportFailures) {
    this.#channels = channels;
    this.#report = report;
  }

  get size(): number {
    return this.#channels.length;
  }

  /** The channel in use, if it is ready. */
  get ready(): EndpointChannel | undefined {
    const channel = this.#channels[this.#currentIndex];
    return channel?.isReady ? channel : undefined;
  }

  /** A ready channel. Keeps trying until the signal aborts, then rejects with its reason. */
  async pick(signal: AbortSignal): Promise<EndpointChannel> {
    const chosen = this.ready ?? (await this.#firstReady(this.#ordered(), signal));
    this.use(chosen);
    return chosen;
  }

  /** A ready channel that is none of these; there must be one. Rejects like `pick`. The channel in use stays the same. */
  pickOther(tried: readonly EndpointChannel[], signal: AbortSignal): Promise<EndpointChannel> {
    const others = this.#ordered().filter((channel) => !tried.includes(channel));
    return this.#firstReady(others, signal);
  }

  /** Later calls use this channel. */
  use(channel: EndpointChannel): void {
    this.#report = undefined;
    this.#currentIndex = this.#channels.indexOf(channel);
  }

  /** A call on this channel failed with Unavailable, or the connection was lost: the next endpoint is tried first. */
  markUnavailable(channel: EndpointChannel): void {
    if (this.#channels[this.#currentIndex] === channel)
      this.#currentIndex = (this.#currentIndex + 1) % this.#channels.length;
  }

  /**
   * One sentence for each endpoint that was tried: why it cannot be used at present.
   * @param lastFailure of the latest attempt; it explains its endpoint, if that is connected
   * @param unanswered what is said of an endpoint that is connected
   */
  async explain(
    lastFailure: AttemptError | undefined,
    unanswered: string = NO_RESPONSE_IN_TIME,
  ): Promise<string[]> {
    const signal = AbortSignal.timeout(EXPLAIN_TIMEOUT_MS);
    const tried = this.#channels.filter((channel) => this.#tried.has(channel));
    return Promise.all(
      tried.map(async (channel) => {
        const { text } = channel.endpoint;
        const own = lastFailure?.endpoint === text ? lastFailure : undefined;
        if (channel.isReady) {
          return `${text}: ${own === undefined || isDraining(own) ? unanswered : own.details}`;
        }
        const why = await channel.explain(signal).catch(() => NO_CONNECTION_IN_TIME);
        return `${text}: ${why}`;
      }),
    );
  }

  close(): void {
    for (const channel of this.#channels) channel.close();
  }

  async #firstReady(channels: readonly EndpointChannel[], signal: AbortSignal): Promise<EndpointChannel> {
    const search = linkSignals(signal);
    const failures = new FailureReport(channels.length, (...report) => this.#reportOnce(...report));
    const candidates: Promise<EndpointChannel>[] = [];
    try {
      for (const channel of channels) {
        this.#tried.add(channel);
        const { ready, failed } = connect(channel, search.signal);
        const reported = failed.then((failure) => failures.add(channel.endpoint.text, failure));
        const next = Promise.race([failed, delay(CONNECTION_ATTEMPT_DELAY_MS, search.signal)]);
        candidates.push(ready);
        // Promises that lose the race reject when the search ends: without a handler that would be an unhandled rejection.
        for (const loser of [ready, reported, next]) loser.catch(() => {});
        // After the last endpoint, only wait.
        if (candidates.length === channels.length) break;
        const winner = await Promise.race([...candidates, next.then(() => undefined)]);
        if (winner) return winner;
      }
      return await Promise.race(candidates);
    } finally {
      failures.stop();
      search.release();
      search.abort(undefined);
    }
  }

  #reportOnce(...report: Parameters<ReportFailures>): void {
    this.#report?.(...report);
    this.#report = undefined;
  }

  #ordered(): EndpointChannel[] {
    return [...this.#channels.slice(this.#currentIndex), ...this.#channels.slice(0, this.#currentIndex)];
  }
}

/** `ready` resolves when the channel is connected, after any number of attempts; `failed` when the present attempt has failed. */
function connect(channel: EndpointChannel, signal: AbortSignal) {
  const attempt = channel.attempt(signal);
  return {
    ready: attempt.then(async (failure) => {
      if (failure !== undefined) await channel.whenReady(signal);
      return channel;
    }),
    failed: new Promise<FailedAttempt>((resolve, reject) => {
      attempt.then((failure) => failure !== undefined && resolve(failure), reject);
    }),
  };
}

/** Resolves after the time, on the clock of `Countdown`; stays pending when the signal aborts first. */
function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const countdown = new Countdown(ms, resolve);
    signal.addEventListener('abort', () => countdown.stop(), { once: true });
  });
}

type ReportFailures = NonNullable<ConnectionOptions['reportFailures']>;

/** Decides when failures are explained and reported. */
class FailureReport {
  readonly #endpointCount: number;
  readonly #report: ReportFailures;
  /** In the order of the failures; those that are not explained yet are missing. */
  readonly #reasons: string[] = [];
  #failureCount = 0;
  #areAboutCertificates = true;
  /** Failures that are not explained yet: when another endpoint can be used, they need not be. */
  #unexplained: (() => Promise<void>)[] = [];
  #isSlow = false;
  #isDue = false;
  #isStopped = false;
  #timer: Countdown;

  constructor(endpointCount: number, report: ReportFailures) {
    this.#endpointCount = endpointCount;
    this.#report = report;
    this.#timer = new Countdown(EXPLAIN_DELAY_MS, () => {
      this.#isSlow = true;
      this.#explain();
      this.#timer = new Countdown(REPORT_DELAY_MS, () => {
        this.#isDue = true;
        this.#check();
      });
    });
  }

  add(endpoint: string, failure: FailedAttempt): void {
    const index = this.#failureCount++;
    this.#areAboutCertificates &&= failure.isAboutCertificates;
    this.#unexplained.push(async () => {
      this.#reasons[index] = `${endpoint}: ${await failure.explain()}`;
      this.#check();
    });
    if (this.#isSlow || this.#failureCount === this.#endpointCount) this.#explain();
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer.stop();
  }

  #explain(): void {
    for (const explain of this.#unexplained.splice(0)) void explain();
  }

  #check(): void {
    if (this.#isStopped) return;
    const reasons = this.#reasons.filter((reason) => reason !== undefined);
    const isComplete = reasons.length === this.#endpointCount;
    if (isComplete || (this.#isDue && reasons.length > 0)) this.#report(reasons, this.#areAboutCertificates);
  }
}
