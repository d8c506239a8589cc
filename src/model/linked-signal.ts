/** A signal of its own that also aborts with any of its sources. */
export interface LinkedSignal {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
  /** Leaves the sources; the signal does not abort by them any more. */
  release(): void;
}

/** As `AbortSignal.any`, which not every Node.js 20 has, but with an end to the listening. */
export function linkSignals(...sources: readonly AbortSignal[]): LinkedSignal {
  const controller = new AbortController();
  const links = sources.map((source) => {
    const pass = () => controller.abort(source.reason);
    if (source.aborted) pass();
    else source.addEventListener('abort', pass, { once: true });
    return { source, pass };
  });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    release() {
      for (const { source, pass } of links) source.removeEventListener('abort', pass);
    },
  };
}

/** Settles when the signal aborts. */
export function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
