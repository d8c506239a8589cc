/** The part of `process` that hears of signals. */
export interface SignalSource {
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
 * Turns the first signal into an abort, so that work under way can be undone; a second one finds no listener and ends the
 * process as it would without us. Returns how to stop listening.
 */
export function abortOnSignals(source: SignalSource, controller: AbortController): () => void {
  const listeners = ENDING_SIGNALS.map((signal) => {
    const listener = () => {
      stop();
      controller.abort(new SignalReceivedError(signal));
    };
    source.on(signal, listener);
    return { signal, listener };
  });
  const stop = () => {
    for (const { signal, listener } of listeners) source.off(signal, listener);
  };
  return stop;
}
