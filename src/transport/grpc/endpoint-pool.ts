import { abortController, sleep } from '../../model/abort-signal.js';
import type { EndpointChannel } from './endpoint-channel.js';
import { NO_CONNECTION_IN_TIME } from './settings.js';
import type { AttemptError } from './status.js';

/** Connecting to the next endpoint starts after this time, if the present one has neither connected nor failed (RFC 8305, 5). */
const CONNECTION_ATTEMPT_DELAY_MS = 250;

/** How long the channels may take to explain their state for an error message. */
const EXPLAIN_TIMEOUT_MS = 200;

/**
 * Chooses among the endpoints. The chosen endpoint stays in use until a call marks it unavailable. Connections are attempted in the
 * order given, the next one when the previous one has failed or is slow; the first that is ready is used.
 */
export class EndpointPool {
  readonly #channels: readonly EndpointChannel[];
  /** Index of the endpoint in use, or to try first. */
  #currentIndex = 0;

  /** @param channels at least one */
  constructor(channels: readonly EndpointChannel[]) {
    this.#channels = channels;
  }

  get size(): number {
    return this.#channels.length;
  }

  /** The channel to use without waiting: the one in use if it is ready, or the only one if its calls wait for the connection. */
  get ready(): EndpointChannel | undefined {
    const channel = this.#channels[this.#currentIndex];
    const isOnly = this.size === 1 && channel?.waitsForReady;
    return channel?.isReady || isOnly ? channel : undefined;
  }

  /** A ready channel. Keeps trying until the signal aborts, then rejects with its reason. */
  async pick(signal: AbortSignal): Promise<EndpointChannel> {
    const ordered = this.#ordered();
    const [first] = ordered;
    const chosen = first?.isReady ? first : await firstReady(ordered, signal);
    this.#currentIndex = this.#channels.indexOf(chosen);
    return chosen;
  }

  /** A call on this channel failed with Unavailable, or the connection was lost: the next endpoint is tried first. */
  markUnavailable(channel: EndpointChannel): void {
    if (this.#channels[this.#currentIndex] === channel)
      this.#currentIndex = (this.#currentIndex + 1) % this.#channels.length;
  }

  /**
   * One sentence for each endpoint: why it cannot be used at present.
   * @param lastFailure of the latest attempt; it explains its endpoint, if that is connected
   */
  async explain(lastFailure: AttemptError | undefined): Promise<string[]> {
    const signal = AbortSignal.timeout(EXPLAIN_TIMEOUT_MS);
    return Promise.all(
      this.#channels.map(async (channel) => {
        const { text } = channel.endpoint;
        if (channel.isReady && lastFailure?.endpoint === text) return `${text}: ${lastFailure.details}`;
        const why = await channel.explain(signal).catch(() => NO_CONNECTION_IN_TIME);
        return `${text}: ${why}`;
      }),
    );
  }

  close(): void {
    for (const channel of this.#channels) channel.close();
  }

  #ordered(): EndpointChannel[] {
    return [...this.#channels.slice(this.#currentIndex), ...this.#channels.slice(0, this.#currentIndex)];
  }
}

async function firstReady(
  channels: readonly EndpointChannel[],
  signal: AbortSignal,
): Promise<EndpointChannel> {
  const search = abortController();
  const abort = () => search.abort(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    const candidates: Promise<EndpointChannel>[] = [];
    for (const [index, channel] of channels.entries()) {
      candidates.push(channel.whenReady(search.signal).then(() => channel));
      // After the last endpoint, only wait.
      if (index === channels.length - 1) break;
      const winner = await readyBeforeDelay(candidates, channel, search.signal);
      if (winner) return winner;
    }
    return await Promise.race(candidates);
  } finally {
    signal.removeEventListener('abort', abort);
    search.abort();
  }
}

/** The first candidate that is ready; `undefined` when the newest fails or the connection attempt delay has passed. */
function readyBeforeDelay(
  candidates: readonly Promise<EndpointChannel>[],
  newest: EndpointChannel,
  signal: AbortSignal,
): Promise<EndpointChannel | undefined> {
  const nextAttempt = [newest.whenFailed(signal), sleep(CONNECTION_ATTEMPT_DELAY_MS, signal)].map((step) =>
    step.then(() => undefined),
  );
  // Promises that lose the race reject when the search ends: without a handler that would be an unhandled rejection.
  for (const loser of [...nextAttempt, ...candidates]) loser.catch(() => {});
  return Promise.race([...candidates, ...nextAttempt]);
}
