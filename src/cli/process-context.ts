import { aborted } from '../model/abort-signal.js';
import type { Input } from '../term/input.js';
import type { Output } from '../term/output.js';
import type { Palette } from '../term/palette.js';
import { type ProgressTerminal, startProgress } from '../term/progress.js';
import type { DiscoveryOptions } from '../transport/discovery.js';
import type { Clock, CommandContext, ProgressUnit } from './context.js';
import type { Environment } from './environment.js';

/** What the process gives to a command line: streams, terminal, variables, signals and time. */
export interface ProcessContext {
  readonly output: Output;
  readonly input: Input;
  readonly openScreen: ProgressTerminal['openScreen'];
  /** The colours of stderr. */
  readonly loadPalette: () => Promise<Palette>;
  readonly clock: Clock;
  readonly env: Environment;
  /** To be ignored by this process and by programs that it starts. */
  readonly ignoredSignals: readonly NodeJS.Signals[];
  readonly signal: AbortSignal;
  /** Ends everything as SIGINT would, for terminals that deliver Ctrl-C as a key; gives the signal's reason. */
  readonly interrupt: () => Error;
}

/** The context of a command with its clients, which whoever opened it closes. */
export interface OpenContext<Context> {
  readonly context: Context;
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
      progress: (label: string, unit?: ProgressUnit) =>
        startProgress(label, { ...host, now: clock.now }, unit),
    },
    prompt: {
      password: (question) => askPassword(question, host),
      line: () => unlessAborted(input.line(), signal),
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

/** Once for a command; scripts and logs are spared. */
export async function warnOfExposedKey(keyFile: string | undefined, host: ProcessContext): Promise<void> {
  if (!keyFile || host.openScreen() === undefined) return;
  const { exposedKeyWarning } = await import('../transport/tls/files.js');
  const warning = exposedKeyWarning(keyFile);
  if (warning !== undefined) host.output.err(`${warning}\n`);
}

/** The endpoints that DNS names; nothing when it was not to be asked, or names none. */
export async function discoveredEndpoints(
  discovery: DiscoveryOptions | undefined,
  warn: (line: string) => void,
): Promise<readonly string[] | undefined> {
  if (discovery === undefined) return undefined;
  const { discoverEndpoints } = await import('../transport/discovery.js');
  const endpoints = await discoverEndpoints(discovery, warn);
  return endpoints.length > 0 ? endpoints : undefined;
}

/** Question and line end go to stdout, as etcdctl writes them; the answer is never shown. */
async function askPassword(question: string, host: ProcessContext): Promise<string> {
  const { output, input, interrupt, signal } = host;
  // The terminal hides what is typed before the question invites to type.
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

/** The outcome of the work, or a rejection with the signal's reason when that aborts first. */
function unlessAborted<Outcome>(work: Promise<Outcome>, signal: AbortSignal): Promise<Outcome> {
  return Promise.race([work, aborted(signal)]);
}
