/** The part of `process` that hears of signals. */
interface SignalSource {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  off(signal: NodeJS.Signals, listener: () => void): unknown;
}

const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type EndingSignal = (typeof ENDING_SIGNALS)[number];

/** The reason of an abort that a signal asked for. */
export class SignalReceivedError extends Error {
  constructor(readonly signal: EndingSignal) {
    super(`interrupted by ${signal}`);
    this.name = 'SignalReceivedError';
  }
}

/**
 * For so long after the first signal, others belong to the same wish: a terminal that closes and the shell in it both send one, as
 * `timeout` does to a process and to its group.
 */
const ONE_WISH_MS = 1000;

interface SignalOptions {
  readonly source: SignalSource;
  readonly controller: AbortController;
  /** Ends the process by the signal; the source then has no listener for it. */
  readonly end: (signal: EndingSignal) => void;
  /** Signals that whoever started this process wants it to ignore. */
  readonly ignored: readonly NodeJS.Signals[];
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
}

/**
 * Turns the first signal into an abort, so that work under way can be undone. One that comes more than a second later is of somebody who
 * does not want to wait for that, and ends the process.
 *
 * The listeners stay until then. Without one, a signal would end the process at once; and packages that do something when a process ends
 * take its end into their own hands when they find themselves alone.
 */
export class EndingSignals {
  readonly #options: SignalOptions;
  readonly #listeners = new Map<EndingSignal, () => void>();
  #first: { readonly signal: EndingSignal; readonly atMs: number } | undefined;
  #isWorkDone = false;

  constructor(options: SignalOptions) {
    this.#options = options;
    const { source, ignored } = options;
    for (const signal of ENDING_SIGNALS) {
      if (ignored.includes(signal)) continue;
      const listener = () => this.#receive(signal);
      this.#listeners.set(signal, listener);
      source.on(signal, listener);
    }
    // Node.js forgets at its start that a signal is ignored.
    for (const signal of ignored) source.on(signal, () => undefined);
  }

  /** The first of them. */
  get received(): EndingSignal | undefined {
    return this.#first?.signal;
  }

  /** There is nothing left to undo: a signal ends the process, unless it belongs to the one before. */
  workIsDone(): void {
    this.#isWorkDone = true;
  }

  /** Leaves signals to the system. */
  stop(): void {
    for (const [signal, listener] of this.#listeners) this.#options.source.off(signal, listener);
    this.#listeners.clear();
  }

  #receive(signal: EndingSignal): void {
    const { controller, end, nowMs } = this.#options;
    const first = this.#first;
    this.#first ??= { signal, atMs: nowMs() };
    if (first === undefined && !this.#isWorkDone) controller.abort(new SignalReceivedError(signal));
    else if (first === undefined || nowMs() - first.atMs > ONE_WISH_MS) {
      this.stop();
      end(signal);
    }
  }
}

/** Numbers on Linux (signal(7)) of the signals that a program may be started to ignore. Stops of a terminal's job are not among them. */
const NUMBERS = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGALRM: 14,
  SIGTERM: 15,
} as const satisfies Partial<Record<NodeJS.Signals, number>>;

/** The signals of a mask as `SigIgn` in /proc/PID/status has it: hexadecimal, bit 0 for signal 1. */
export function signalsOfMask(mask: string): NodeJS.Signals[] {
  const bits = Number(`0x${mask.slice(-8)}`);
  const names = Object.keys(NUMBERS) as (keyof typeof NUMBERS)[];
  return names.filter((name) => bits & (1 << (NUMBERS[name] - 1)));
}
