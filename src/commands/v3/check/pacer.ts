import type { Clock } from '../../../cli/context.js';

const NS_PER_MS = 1e6;

/** Turns missed for longer are lost, so that a server that stood still is not flooded afterwards. */
const CATCH_UP_NS = 50 * NS_PER_MS;

export interface PacerOptions {
  readonly perSecond: number;
  readonly durationMs: number;
  readonly clock: Clock;
  /** Ends the turns early. */
  readonly signal: AbortSignal;
}

/** Hands out turns at an even rate, from its making until its time is over (Go's rate.Limiter with a burst of one). */
export class Pacer {
  readonly #options: PacerOptions;
  readonly #intervalNs: number;
  readonly #began: bigint;
  /** Nanoseconds since the beginning; those of a minute are exact as a double. */
  #nextNs = 0;

  constructor(options: PacerOptions) {
    this.#options = options;
    this.#intervalNs = 1e9 / options.perSecond;
    this.#began = options.clock.now();
  }

  get elapsedMs(): number {
    return this.#elapsedNs() / NS_PER_MS;
  }

  /** Settles when the caller's turn has come; `false`: there are no more. */
  async turn(): Promise<boolean> {
    const { clock, durationMs, signal } = this.#options;
    const now = this.#elapsedNs();
    const mine = Math.max(this.#nextNs, now - CATCH_UP_NS);
    if (signal.aborted || mine >= durationMs * NS_PER_MS) return false;
    this.#nextNs = mine + this.#intervalNs;
    if (mine <= now) return true;
    try {
      await clock.sleep((mine - now) / NS_PER_MS, signal);
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      throw error;
    }
  }

  #elapsedNs(): number {
    return Number(this.#options.clock.now() - this.#began);
  }
}
