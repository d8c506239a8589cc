import { aborted } from '../model/abort-signal.js';
import type { Display } from '../printers/printer.js';
import type { Input } from '../term/input.js';
import type { Output } from '../term/output.js';
import type { Palette } from '../term/palette.js';
import { type ProgressTerminal, startProgress } from '../term/progress.js';
import type { DiscoveryOptions } from '../transport/discovery.js';
import type { Clock, CommandContext, ProgressUnit } from './context.js';
import type { Environment } from './environment.js';

/** The dependencies that the process provides: streams, terminal, environment, signals and clock. */
export interface ProcessContext {
  readonly output: Output;
  readonly input: Input;
  readonly openScreen: ProgressTerminal['openScreen'];
  /** Whether a person typed this command at a terminal; see `term/interactive.ts`. */
  readonly isInteractive: () => boolean;
  readonly display: Display;
  /** The colours of stderr. */
  readonly loadPalette: () => Promise<Palette>;
  readonly clock: Clock;
  readonly env: Environment;
  /** Signals that were ignored when this process started. This process and its children go on ignoring them. */
  readonly ignoredSignals: readonly NodeJS.Signals[];
  readonly signal: AbortSignal;
  /** Aborts the signal as SIGINT does, for terminals in raw mode, which deliver Ctrl-C as a key. Returns the signal's reason. */
  readonly interrupt: () => Error;
}

/** The context of a command together with the clients that it opened. The caller must close it. */
export interface OpenContext<Context> {
  readonly context: Context;
  /** Sentences that say what to do about an error of the command, besides its own reasons. Never rejects. */
  explain?(error: unknown): Promise<readonly string[]>;
  /** Closes all clients. */
  close(): void;
}

/** The parts of a context that need no server: the same for all command sets. */
export type LocalContext = Pick<
  CommandContext,
  'stdin' | 'notices' | 'prompt' | 'runChild' | 'signal' | 'clock'
>;

export function localContext(host: ProcessContext): LocalContext {
  const { signal, clock, input, output, ignoredSignals } = host;
  return {
    stdin: input.abortable(signal),
    notices: {
      line: (text) => output.err(`${text}\n`),
      hint: (text) => {
        if (host.openScreen() !== undefined) output.err(`${text}\n`);
      },
      reason: (text) => output.reasons([text]),
      progress: (label: string, unit?: ProgressUnit) =>
        startProgress(label, { ...host, now: clock.now }, unit),
    },
    prompt: {
      password: (question) => askPassword(question, host),
      line: () => unlessAborted(input.line(), signal),
      get isInteractive() {
        return host.isInteractive();
      },
      confirm: (question) => askConfirmation(question, host),
    },
    async runChild(command, args, options = {}) {
      await output.flush();
      const { runChild } = await import('../term/child.js');
      const env = { ...host.env, ...options.env };
      return runChild({ command, args, env, ignoredSignals, signal: options.signal ?? signal });
    },
    signal,
    clock,
  };
}

/** Warns about a private key file that other users can read. Prints nothing without a terminal, to keep logs clean. */
export async function warnOfExposedKey(keyFile: string | undefined, host: ProcessContext): Promise<void> {
  if (!keyFile || host.openScreen() === undefined) return;
  const { exposedKeyWarning } = await import('../transport/tls/files.js');
  const warning = exposedKeyWarning(keyFile);
  if (warning !== undefined) host.output.err(`${warning}\n`);
}

/** The endpoints that DNS discovery finds; `undefined` when discovery is not configured or finds none. */
export async function discoveredEndpoints(
  discovery: DiscoveryOptions | undefined,
  warn: (line: string) => void,
): Promise<readonly string[] | undefined> {
  if (discovery === undefined) return undefined;
  const { discoverEndpoints } = await import('../transport/discovery.js');
  const endpoints = await discoverEndpoints(discovery, warn);
  return endpoints.length > 0 ? endpoints : undefined;
}

/** Question and line end go to stdout, as in etcdctl. The answer is not echoed. */
async function askPassword(question: string, host: ProcessContext): Promise<string> {
  const { output, input, interrupt, signal } = host;
  // Echo is turned off before the question is printed, so that no typed character is shown.
  const answer = unlessAborted(input.hiddenLine(interrupt), signal);
  answer.catch(() => undefined);
  output.out(question);
  await output.flush();
  try {
    return (await answer).trim();
  } finally {
    output.out('\n');
    await output.flush();
  }
}

async function askConfirmation(question: string, host: ProcessContext): Promise<boolean> {
  if (!host.isInteractive()) return false;
  host.input.discardTypedAhead();
  host.output.err(`${question} [y/N] `);
  const answer = await unlessAborted(host.input.lineUnlessEnded(), host.signal);
  // Ctrl-D leaves the cursor behind the question.
  if (answer === undefined) host.output.err('\n');
  return answer !== undefined && /^\s*y(es)?\s*$/i.test(answer);
}

/** Settles as the work does; rejects with the signal's reason when the signal aborts first. */
function unlessAborted<Outcome>(work: Promise<Outcome>, signal: AbortSignal): Promise<Outcome> {
  return Promise.race([work, aborted(signal)]);
}
