import { abortController, sleep } from '../../model/abort-signal.js';
import type { EndpointChannel } from './endpoint-channel.js';
import { NO_CONNECTION_IN_TIME } from './settings.js';
import type { AttemptError } from './status.js';

/** An endpoint that has neither connected nor failed after this time gets company. */
const CONNECTION_ATTEMPT_DELAY_MS = 250;

/** Time for putting a failure into words: what is known is told at once. */
const EXPLAIN_TIMEOUT_MS = 200;

/**
 * The one owner of the choice among endpoints. The endpoint in use stays in use until a call on it asks for another; connections
 * are made in the order given, the next one when the one before is refused or slow, and the first that stands is used.
 */
export class EndpointPool<Channel extends EndpointChannel> {
  readonly #channels: readonly Channel[];
  /** Where the search for a connection starts. */
  #first = 0;

  /** @param channels at least one */
  constructor(channels: readonly Channel[]) {
    this.#channels = channels;
  }

  get size(): number {
    return this.#channels.length;
  }

  /** The connection to be used without any wait: it stands, or is the only one and its calls wait by themselves. */
  get ready(): Channel | undefined {
    const channel = this.#channels[this.#first];
    const isOnly = this.size === 1 && channel?.waitsForReady;
    return channel?.isReady || isOnly ? channel : undefined;
  }

  /** A connection that stands. Waits through failures until the signal aborts, then rejects with its reason. */
  async pick(signal: AbortSignal): Promise<Channel> {
    const ordered = this.#ordered();
    const [first] = ordered;
    const chosen = first?.isReady ? first : await firstReady(ordered, signal);
    this.#first = this.#channels.indexOf(chosen);
    return chosen;
  }

  /** A call on this connection was answered by "unavailable", or the connection broke: the next endpoint is asked first. */
  markUnavailable(channel: Channel): void {
    if (this.#channels[this.#first] === channel) this.#first = (this.#first + 1) % this.#channels.length;
  }

  /**
   * One sentence for each endpoint: what keeps it from answering at this moment.
   * @param lastFailure what an endpoint that is connected has answered
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

  #ordered(): Channel[] {
    return [...this.#channels.slice(this.#first), ...this.#channels.slice(0, this.#first)];
  }
}

async function firstReady<Channel extends EndpointChannel>(
  channels: readonly Channel[],
  signal: AbortSignal,
): Promise<Channel> {
  const search = abortController();
  const abort = () => search.abort(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    const candidates: Promise<Channel>[] = [];
    for (const [index, channel] of channels.entries()) {
      candidates.push(channel.whenReady(search.signal).then(() => channel));
      // Behind the last one there is nothing to move on to.
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

/** The first of the candidates, or nothing when the newest of them is refused or takes long. */
function readyBeforeDelay<Channel extends EndpointChannel>(
  candidates: readonly Promise<Channel>[],
  newest: Channel,
  signal: AbortSignal,
): Promise<Channel | undefined> {
  const nextAttempt = [newest.whenFailed(signal), sleep(CONNECTION_ATTEMPT_DELAY_MS, signal)].map((step) =>
    step.then(() => undefined),
  );
  // Those that lose the race reject when the search ends, unheard.
  for (const loser of [...nextAttempt, ...candidates]) loser.catch(() => {});
  return Promise.race([...candidates, ...nextAttempt]);
}
