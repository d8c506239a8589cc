/** What is known of many writes, in the memory of one (mean and deviation by Welford's method). */
export class WriteStatistics {
  readonly #failures = new Map<string, number>();
  #count = 0;
  #meanSeconds = 0;
  #squaresSum = 0;
  #slowestSeconds = 0;
  #totalSeconds = 0;

  addSuccess(tookNs: bigint): void {
    const seconds = toSeconds(tookNs);
    this.#count += 1;
    const distance = seconds - this.#meanSeconds;
    this.#meanSeconds += distance / this.#count;
    this.#squaresSum += distance * (seconds - this.#meanSeconds);
    this.#slowestSeconds = Math.max(this.#slowestSeconds, seconds);
  }

  addFailure(message: string): void {
    this.#failures.set(message, (this.#failures.get(message) ?? 0) + 1);
  }

  /** The time from the first write to the last answer. */
  end(tookNs: bigint): void {
    this.#totalSeconds = toSeconds(tookNs);
  }

  /** How often writes failed, by message. */
  get failures(): ReadonlyMap<string, number> {
    return this.#failures;
  }

  /** 0 without a write. */
  get writesPerSecond(): number {
    return this.#count === 0 ? 0 : this.#count / this.#totalSeconds;
  }

  get slowestSeconds(): number {
    return this.#slowestSeconds;
  }

  /** NaN without a write. */
  get deviationSeconds(): number {
    return Math.sqrt(this.#squaresSum / this.#count);
  }
}

function toSeconds(nanoseconds: bigint): number {
  return Number(nanoseconds) / 1e9;
}
