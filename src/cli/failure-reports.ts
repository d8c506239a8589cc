import { SignalReceivedError } from '../term/signals.js';
import type { ConnectionOptions } from '../transport/connection.js';
import type { GlobalOptions } from './globals.js';
import type { ProcessContext } from './process-context.js';

/** Writes why no endpoint can be used, while the command still waits for one, and once a hint at `--local`. */
export class FailureReports {
  readonly #globals: GlobalOptions;
  readonly #host: ProcessContext;
  #written = Promise.resolve();
  #hint: Promise<void> | undefined;
  #isEnded = false;

  constructor(globals: GlobalOptions, host: ProcessContext) {
    this.#globals = globals;
    this.#host = host;
  }

  add(reasons: readonly string[], { tls }: ConnectionOptions): void {
    this.#written = this.#write(reasons).then(() => {
      return tls === this.#globals.connection.tls ? this.hintAtLocal() : undefined;
    });
  }

  /** Writes the hint if this node has TLS files, and none are given. Settles when it is written. */
  hintAtLocal(): Promise<void> {
    this.#hint ??= this.#writeHint();
    return this.#hint;
  }

  /** Settles when everything is written. */
  written(): Promise<void> {
    return this.#written;
  }

  /** What is not written yet is left out. */
  end(): void {
    this.#isEnded = true;
  }

  async #writeHint(): Promise<void> {
    const { connection, discovery, nodeRoot } = this.#globals;
    const { endpoints, tls } = connection;
    if (tls.caFile || tls.certFile || tls.keyFile) return;
    const { mayHaveEtcd } = await import('../nodes/signs.js');
    if (!mayHaveEtcd(nodeRoot)) return;
    const { localHint } = await import('./local-hint.js');
    await this.#write(await localHint(nodeRoot, discovery === undefined ? endpoints : []));
  }

  async #write(reasons: readonly string[]): Promise<void> {
    const { output, loadPalette, signal } = this.#host;
    const { failure } = await loadPalette();
    if (!signal.aborted && !this.#isEnded) output.reasons(reasons, failure);
  }
}

/**
 * Writes what the command was waiting for when a signal has ended it: a time limit from outside, such as that of `timeout`, or a person.
 */
export async function reportUnanswered(
  explain: () => Promise<readonly string[]>,
  { output, loadPalette, signal }: ProcessContext,
): Promise<void> {
  if (!(signal.reason instanceof SignalReceivedError)) return;
  const { failure } = await loadPalette();
  output.reasons(await explain(), failure);
}
