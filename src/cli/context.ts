import type { Result } from '../model/results.js';
import type { Client } from '../model/services.js';
import type { OutputFormat } from '../printers/printer.js';

/** Time, replaceable in tests. */
export interface Clock {
  /** Monotonic nanoseconds. */
  now(): bigint;
  /** Settles after the milliseconds; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** What a long transfer shows a person: nothing off a terminal. */
export interface Progress {
  /** Bytes done so far, of a total where it is known. Cheap enough to be called for every chunk. */
  update(doneBytes: number, totalBytes?: number): void;
  stop(): void;
}

/** What a command may ask and say besides its results: all on stderr, or on the terminal itself. */
export interface Notices {
  /** One line on stderr. */
  line(text: string): void;
  progress(label: string): Promise<Progress>;
}

/** Asks a person on the terminal; rejects with a `UsageError` where there is none. */
export interface Prompt {
  /** Reads a line without showing what is typed. */
  password(question: string): Promise<string>;
}

/** All that a running command sees of the world. */
export interface CommandContext {
  /** The endpoints given or discovered, in their order; at least one. */
  readonly endpoints: readonly string[];
  /** Connects to these endpoints, or to those of the global flags; `main` closes every client at the end. */
  connect(endpoints?: readonly string[]): Promise<Client>;
  /** The format of `--write-out`; only for commands whose flags go with one format alone. */
  readonly format: OutputFormat;
  /** Prints a result in the chosen format; settles when the output can take more. */
  emit(result: Result): Promise<void>;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly notices: Notices;
  readonly prompt: Prompt;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
}
