/** Of the rate that is asked for; more than this must be reached. */
const MIN_SHARE = 0.9;
const MAX_WRITE_SECONDS = 0.5;
const MAX_DEVIATION_SECONDS = 0.1;

interface Judgement {
  readonly isGood: boolean;
  /** In etcdctl's words (ctlv3/command/check.go, 3.7.1), which not always begin with PASS or FAIL. */
  readonly lines: readonly string[];
}

/**
 * Whether a cluster bears so many writes a second.
 * @param interruption why it cannot be said, though everything measured may be good
 */
export function judge(
  statistics: WriteStatistics,
  wantedPerSecond: number,
  interruption?: string,
): Judgement {
  const { writesPerSecond, slowestSeconds, deviationSeconds } = statistics;
  // etcdctl rounds up so.
  const rate = `${Math.trunc(writesPerSecond) + 1} writes/s`;
  const isFast = writesPerSecond / wantedPerSecond > MIN_SHARE;
  // Without any write the deviation is not a number, and not too high.
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

/** Each kind of failure with its number; nothing when no write failed. */
export function failureLines({ failures }: WriteStatistics): string[] {
  if (failures.size === 0) return [];
  const kinds = [...failures].map(([message, count]) => `FAIL: ERROR(${message}) -> ${count}`);
  return ['FAIL: too many errors', ...kinds];
}

function seconds(value: number): string {
  return `${value.toFixed(6)}s`;
}

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
