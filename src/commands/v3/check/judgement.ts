/** The rate of writes must be above this share of the intended rate. */
const MIN_SHARE = 0.9;
const MAX_WRITE_SECONDS = 0.5;
const MAX_DEVIATION_SECONDS = 0.1;

interface Judgement {
  readonly isGood: boolean;
  /** The lines of etcdctl (ctlv3/command/check.go, 3.7.1). Not all begin with PASS or FAIL. */
  readonly lines: readonly string[];
}

/**
 * Judges whether a cluster sustains this many writes per second.
 * @param interruption why the check was not completed: it fails then, even if all measured values are good
 */
export function judge(
  statistics: WriteStatistics,
  targetPerSecond: number,
  interruption?: string,
): Judgement {
  const { writesPerSecond, slowestSeconds, deviationSeconds } = statistics;
  // etcdctl rounds up in this way.
  const rate = `${Math.trunc(writesPerSecond) + 1} writes/s`;
  const isFast = writesPerSecond / targetPerSecond > MIN_SHARE;
  // Without any write, the deviation is NaN, which counts as not too high.
  const isPrompt = !(slowestSeconds > MAX_WRITE_SECONDS);
  const isEven = !(deviationSeconds > MAX_DEVIATION_SECONDS);
  const failures = [
    ...(interruption === undefined ? [] : [`FAIL: ${interruption}`]),
    ...failureLines(statistics),
  ];
  const verdicts = [
    isFast ? `PASS: Throughput is ${rate}` : `FAIL: Throughput too low: ${rate}`,
    `${isPrompt ? 'PASS: Slowest request took' : 'Slowest request took too long:'} ${seconds(slowestSeconds)}`,
    `${isEven ? 'PASS: Stddev is' : 'Stddev too high:'} ${seconds(deviationSeconds)}`,
  ];
  const isGood = failures.length === 0 && isFast && isPrompt && isEven;
  return { isGood, lines: [...failures, ...verdicts, isGood ? 'PASS' : 'FAIL'] };
}

/** A line for each error message, with its number of occurrences. */
export function failureLines({ failures }: WriteStatistics): string[] {
  if (failures.size === 0) return [];
  const kinds = [...failures].map(([message, count]) => `FAIL: ERROR(${message}) -> ${count}`);
  return ['FAIL: too many errors', ...kinds];
}

function seconds(value: number): string {
  return `${value.toFixed(6)}s`;
}

/** Statistics of any number of writes in constant memory (mean and standard deviation by Welford's algorithm). */
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

  /** @param tookNs the time from the first request to the last response */
  end(tookNs: bigint): void {
    this.#totalSeconds = toSeconds(tookNs);
  }

  /** The number of failed writes by error message. */
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
