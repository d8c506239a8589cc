import type { Inspector } from '../model/inspection.js';
import type { LocalEtcd, NodeSearch } from '../model/local-etcd.js';
import type { Result } from '../model/results.js';
import type { Client } from '../model/services.js';
import type { OutputFormat } from '../printers/printer.js';
import type { OutputFile } from '../term/output-file.js';
import type { ConnectionOptions } from '../transport/connection.js';

/** Time, replaceable in tests. */
export interface Clock {
  /** Monotonic nanoseconds. */
  now(): bigint;
  /** Settles after the milliseconds; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The unit in which the progress of long work is measured. */
export type ProgressUnit = 'bytes' | 'count' | 'seconds';

/** The progress display of long work. It shows nothing when stderr is not a terminal. */
export interface Progress {
  /** The amount done so far, and the total if it is known. Cheap enough to be called for every chunk. */
  update(done: number, total?: number): void;
  /** Shows this text instead of the label and the amount. */
  show(text: string): void;
  stop(): void;
}

/** Output of a command besides its results: on stderr, or directly on the terminal. */
export interface Notices {
  /** One line on stderr. */
  line(text: string): void;
  /** One line on stderr if that is a terminal: logs stay clean. */
  hint(text: string): void;
  /** One line on stderr that says why something failed; left out if it was written before. */
  reason(text: string): void;
  /** Starts a progress display; `unit` is bytes by default. */
  progress(label: string, unit?: ProgressUnit): Progress;
}

/** Reads standard input line by line; later lines stay unread. Rejects with the signal's reason when the signal aborts. */
export interface Prompt {
  /** Prints a question and reads the answer without echo. Spaces around the answer are removed. */
  password(question: string): Promise<string>;
  /** Reads a line without a question; the line is not trimmed. */
  line(): Promise<string>;
  /** Whether a person typed this command at a terminal, who can answer. False in scripts, pipes and jobs. */
  readonly isInteractive: boolean;
  /** Asks on stderr, and reads the answer. True for `y` and `yes`; false for anything else, and when there is nobody to ask. */
  confirm(question: string): Promise<boolean>;
}

/** How a child process ended: by an exit code or by a signal. The other of the two is `null`. */
export interface ChildStatus {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ChildOptions {
  /** Added to the environment variables of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ends the child process; by default the context's signal. */
  readonly signal?: AbortSignal;
}

/** What a command sets for one of its clients. */
export interface ClientOptions {
  /** Where its logins are made, if not at its endpoints: etcd refuses them at a learner. */
  readonly loginEndpoints?: readonly string[];
  /** Larger responses fail with `ResourceExhausted` before memory is allocated for them. `--max-recv-bytes` has precedence. */
  readonly maxResponseBytes?: number;
  /** The timeout of a call, for work whose time is known to be longer. `--command-timeout` has precedence. */
  readonly callTimeoutMs?: number;
  /** The limit of a login; `--dial-timeout`, when it is shorter. */
  readonly maxDialTimeoutMs?: number;
}

/** What is called, instead of writing to stderr, while a call waits. */
export type ClientReports = Pick<ConnectionOptions, 'reportFailures' | 'reportUnanswered' | 'reportWaiting'>;

/** A second cluster, with endpoints, TLS options and credentials of its own. */
export type OtherCluster = Pick<ConnectionOptions, 'endpoints' | 'tls' | 'credentials'>;

/** What became of emitted results, for commands that remember what was delivered. */
export interface StandardOutput {
  /** A write has failed. When `emit` has settled and this is false, the bytes of the result have been accepted. */
  readonly isBroken: boolean;
  /** Undefined when stdout is no regular file that is written at its end. */
  file(): Promise<OutputFile | undefined>;
}

/** The dependencies of a running command: everything outside its options comes from here. */
export interface CommandContext {
  /** The endpoints given or discovered, in their order; at least one. */
  readonly endpoints: readonly string[];
  /** How to name a single endpoint, when there are several that do not come from the command line. */
  readonly endpointAdvice?: string;
  /** Connects to these endpoints, by default to `this.endpoints`. `main` closes every client at the end. */
  connect(endpoints?: readonly string[], options?: ClientOptions, reports?: ClientReports): Promise<Client>;
  /** Fetches `/metrics` of the member at this endpoint, in Prometheus' text format. Rejects with a `CommandError`. */
  fetchMetrics(endpoint: string): Promise<string>;
  /** Looks at servers without a call, with the TLS flags of the command. */
  readonly inspector: Inspector;
  /**
   * The global flags of the command line that say which cluster to connect to and how, as words for another command line. Without
   * passwords and tokens.
   */
  readonly connectionFlags: readonly string[];
  /** Connects to another cluster. Of the global flags, only the timeouts and size limits apply. */
  connectTo(cluster: OtherCluster, options?: ClientOptions): Promise<Client>;
  /**
   * Looks for etcd on this node, below `--root`: all that can be found, not only what `--local` uses.
   * Rejects with a `CommandError` when a file of its configuration is malformed, and with a `UsageError` when there is no such root.
   */
  searchNode(): Promise<NodeSearch>;
  /**
   * The etcd of this node that `--local` uses, whether or not that is given; undefined when there is none, or without permission. Looks
   * for it when it is called. Rejects as `searchNode` does.
   */
  localEtcd(): Promise<LocalEtcd | undefined>;
  /**
   * Writes on stderr, once, that `--local` would use TLS files of this node, if none are given. For commands that report failed
   * connections themselves; the client of `connect` does it for the others.
   */
  hintAtLocal(): Promise<void>;
  /** The format of `--write-out`, for commands that have a flag or a line of output in one format only. */
  readonly format: OutputFormat;
  /** How long to wait for the lock of a database file, in milliseconds; 0: no limit. */
  readonly lockTimeoutMs: number;
  /** Prints a result in the format of `--write-out`. Settles when the output accepts more data (backpressure). */
  emit(result: Result): Promise<void>;
  /** Commands do not write binary data to a terminal. */
  readonly stdoutIsTerminal: boolean;
  /** The bytes that `emit` writes for a result, where stdout is no terminal. */
  render(result: Result): Promise<Uint8Array>;
  readonly stdout: StandardOutput;
  /** The bytes of standard input. A pending read rejects with the signal's reason when the signal aborts. */
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly notices: Notices;
  readonly prompt: Prompt;
  /** Reads a password from the file of a flag. Rejects with a `UsageError` that names the file, and never has its content. */
  readSecret(source: { readonly flag: string; readonly file: string }): Promise<string>;
  /**
   * Runs a child process, with stdout and stderr of this process and an empty stdin. Settles when the child has exited. An abort
   * of the signal ends the child: by the signal that this process received, or else by SIGTERM. Rejects with a `CommandError`
   * with Go's message when the child cannot be started.
   */
  runChild(command: string, args: readonly string[], options?: ChildOptions): Promise<ChildStatus>;
  /** Aborts on SIGINT, SIGTERM or SIGHUP, and when a write to stdout fails. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
}
