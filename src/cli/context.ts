import type { Result } from '../model/results.js';
import type { Client } from '../model/services.js';
import type { OutputFormat } from '../printers/printer.js';
import type { ConnectionOptions } from '../transport/connection.js';

/** Time, replaceable in tests. */
export interface Clock {
  /** Monotonic nanoseconds. */
  now(): bigint;
  /** Settles after the milliseconds; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** What a long piece of work is measured in. */
export type ProgressUnit = 'bytes' | 'count' | 'seconds';

/** What a long piece of work shows a person: nothing off a terminal. */
export interface Progress {
  /** What is done so far, of a total where it is known. Cheap enough to be called for every chunk. */
  update(done: number, total?: number): void;
  stop(): void;
}

/** What a command may ask and say besides its results: all on stderr, or on the terminal itself. */
export interface Notices {
  /** One line on stderr. */
  line(text: string): void;
  /** In bytes, unless stated. */
  progress(label: string, unit?: ProgressUnit): Progress;
}

/** One line of standard input at a time; the rest stays there. Rejects with the signal's reason when that aborts. */
export interface Prompt {
  /** Puts a question and reads the answer, which a terminal does not show, without the spaces around it. */
  password(question: string): Promise<string>;
  /** Reads a line for which nothing is asked, as it is. */
  line(): Promise<string>;
}

/** How a program that a command ran has ended: by an exit code or by a signal, the other one is `null`. */
export interface ChildEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ChildOptions {
  /** Added to the variables of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ends the program; without it, the context's own signal does. */
  readonly signal?: AbortSignal;
}

/** What a command expects of one of its clients. */
export interface ClientLimits {
  /** Larger responses are refused as `ResourceExhausted` before memory is taken for them; the user's own limit has precedence. */
  readonly largestResponseBytes?: number;
}

/** A cluster that the global flags do not name: its own endpoints, security and login. */
export type OtherCluster = Pick<ConnectionOptions, 'endpoints' | 'tls' | 'credentials'>;

/** All that a running command sees of the world. */
export interface CommandContext {
  /** The endpoints given or discovered, in their order; at least one. */
  readonly endpoints: readonly string[];
  /** Connects to these endpoints, or to those of the global flags; `main` closes every client at the end. */
  connect(endpoints?: readonly string[], limits?: ClientLimits): Promise<Client>;
  /**
   * What the member at this endpoint tells about itself by HTTP, in Prometheus' text format. Rejects with a `CommandError`
   * when it does not.
   */
  fetchMetrics(endpoint: string): Promise<string>;
  /** Connects to another cluster; of the global flags, only those on time-outs and sizes apply. */
  connectTo(cluster: OtherCluster): Promise<Client>;
  /** The format of `--write-out`; only for commands of which a flag or a line goes with one format alone. */
  readonly format: OutputFormat;
  /** How long to wait until a server leaves a database file alone, in milliseconds; 0: for ever. */
  readonly lockTimeoutMs: number;
  /** Prints a result in the chosen format; settles when the output can take more. */
  emit(result: Result): Promise<void>;
  /** Rejects with the signal's reason when that aborts, also while nothing comes. */
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly notices: Notices;
  readonly prompt: Prompt;
  /**
   * Runs a program to its end, with stdout and stderr of this process and an empty stdin. Settles when it has ended, also
   * after an abort of the signal, which ends it by SIGTERM or by the signal that was received. Rejects with a `CommandError`
   * in Go's words when it cannot be started.
   */
  runChild(command: string, args: readonly string[], options?: ChildOptions): Promise<ChildEnd>;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
}
