import type { Clock } from '../../src/cli/context.js';

interface Sleeper {
  readonly at: bigint;
  readonly wake: () => void;
}

/** A clock without real time: when no other work is pending, it moves to the time of the earliest sleep, which then ends. */
export class VirtualClock implements Clock {
  readonly #sleepers: Sleeper[] = [];
  #now = 0n;
  #isTurning = false;

  now(): bigint {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const abort = () => reject(signal?.reason);
      // Remove the listener: many listeners make adding another one slow.
      const wake = () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#sleepers.push({ at: this.#now + BigInt(Math.round(ms * 1e6)), wake });
      this.#sleepers.sort((a, b) => Number(a.at - b.at));
      if (!this.#isTurning) this.#turn();
    });
  }

  #turn(): void {
    this.#isTurning = true;
    setImmediate(() => {
      const next = this.#sleepers.shift();
      if (next !== undefined) {
        if (next.at > this.#now) this.#now = next.at;
        next.wake();
      }
      if (this.#sleepers.length > 0) this.#turn();
      else this.#isTurning = false;
    });
  }
}
