/** The part of `process` that delivers signals. */
interface SignalSource {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  off(signal: NodeJS.Signals, listener: () => void): unknown;
}

const TERMINATION_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type TerminationSignal = (typeof TERMINATION_SIGNALS)[number];

/** The abort reason when a signal was received. */
export class SignalReceivedError extends Error {
  constructor(readonly signal: TerminationSignal) {
    super(`interrupted by ${signal}`);
    this.name = 'SignalReceivedError';
  }
}

/**
 * Signals within this time after the first one count as the same request to terminate: when a terminal closes, both the kernel and the
 * shell send SIGHUP, and `timeout` signals the process and its process group.
 */
const SAME_REQUEST_MS = 1000;

interface SignalOptions {
  readonly source: SignalSource;
  readonly controller: AbortController;
  /** Terminates the process by the signal. The source has no listener for it at that time. */
  readonly terminate: (signal: TerminationSignal) => void;
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
}

/**
 * Aborts on the first termination signal, so that the command can clean up. Another signal more than a second later terminates the
 * process immediately.
 *
 * The listeners stay installed from `listen` until then. Without one, a signal terminates the process; and packages that run clean-up code on exit
 * terminate it themselves when there is no other listener.
 */
export class TerminationSignals {
  readonly #options: SignalOptions;
  readonly #listeners = new Map<TerminationSignal, () => void>();
  #first: { readonly signal: TerminationSignal; readonly atMs: number } | undefined;
  #hasCommandEnded = false;
  /** The argument of `listen`. */
  ignored: readonly NodeJS.Signals[] = [];

  constructor(options: SignalOptions) {
    this.#options = options;
  }

  /** @param ignored signals that were ignored when this process was started (`SIG_IGN`) */
  listen(ignored: readonly NodeJS.Signals[]): void {
    this.ignored = ignored;
    const { source } = this.#options;
    for (const signal of TERMINATION_SIGNALS) {
      if (ignored.includes(signal)) continue;
      const listener = () => this.#receive(signal);
      this.#listeners.set(signal, listener);
      source.on(signal, listener);
    }
    // Node.js resets ignored signals at its start. A listener that does nothing has the effect of ignoring the signal.
    for (const signal of ignored) source.on(signal, () => undefined);
  }

  /** The first signal that was received. */
  get received(): TerminationSignal | undefined {
    return this.#first?.signal;
  }

  /** The command has ended: from now on a signal terminates the process, unless it belongs to the same request as an earlier one. */
  commandEnded(): void {
    this.#hasCommandEnded = true;
  }

  /** Removes the listeners, so that signals have their default action. */
  stop(): void {
    for (const [signal, listener] of this.#listeners) this.#options.source.off(signal, listener);
    this.#listeners.clear();
  }

  #receive(signal: TerminationSignal): void {
    const { controller, terminate, nowMs } = this.#options;
    const first = this.#first;
    this.#first ??= { signal, atMs: nowMs() };
    if (first === undefined && !this.#hasCommandEnded) controller.abort(new SignalReceivedError(signal));
    else if (first === undefined || nowMs() - first.atMs > SAME_REQUEST_MS) {
      this.stop();
      terminate(signal);
    }
  }
}

/** Signal numbers on Linux (signal(7)). Only signals that programs are usually started to ignore; no job control signals. */
const SIGNAL_NUMBERS = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGALRM: 14,
  SIGTERM: 15,
} as const satisfies Partial<Record<NodeJS.Signals, number>>;

/** The signals in a mask like `SigIgn` in /proc/PID/status: hexadecimal, bit 0 is signal 1. */
export function signalsInMask(mask: string): NodeJS.Signals[] {
  const bits = Number(`0x${mask.slice(-8)}`);
  const names = Object.keys(SIGNAL_NUMBERS) as (keyof typeof SIGNAL_NUMBERS)[];
  return names.filter((name) => bits & (1 << (SIGNAL_NUMBERS[name] - 1)));
}
