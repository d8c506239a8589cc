import type { Clock, CommandContext, ProgressUnit } from './cli/context.js';
import type { Environment } from './cli/environment.js';
import { aborted } from './model/abort-signal.js';
import type { Input } from './term/input.js';
import type { Output } from './term/output.js';
import type { Palette } from './term/palette.js';
import { type ProgressTerminal, startProgress } from './term/progress.js';

/** What the process has, and contexts are made from. */
export interface Surroundings {
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

/** The parts of a context that need no server: the same for all command sets. */
export type LocalContext = Pick<
  CommandContext,
  'stdin' | 'notices' | 'prompt' | 'runChild' | 'signal' | 'clock'
>;

export function localContext(surroundings: Surroundings): LocalContext {
  const { signal, clock, input, output, ignoredSignals } = surroundings;
  return {
    stdin: input.until(signal),
    notices: {
      line: (text) => output.err(`${text}\n`),
      progress: (label: string, unit?: ProgressUnit) =>
        startProgress(label, { ...surroundings, now: clock.now }, unit),
    },
    prompt: {
      password: (question) => askPassword(question, surroundings),
      line: () => unlessAborted(input.line(), signal),
    },
    async runChild(command, args, options = {}) {
      await output.flush();
      const { runChild } = await import('./term/child.js');
      const env = { ...surroundings.env, ...options.env };
      return runChild({ command, args, env, ignoredSignals, signal: options.signal ?? signal });
    },
    signal,
    clock,
  };
}

/** Once for a command; scripts and logs are spared. */
export async function warnOfExposedKey(
  keyFile: string | undefined,
  surroundings: Surroundings,
): Promise<void> {
  if (!keyFile || surroundings.openScreen() === undefined) return;
  const { exposedKeyWarning } = await import('./transport/tls/files.js');
  const warning = exposedKeyWarning(keyFile);
  if (warning !== undefined) surroundings.output.err(`${warning}\n`);
}

/** Question and line end go to stdout, as etcdctl writes them; the answer is never shown. */
async function askPassword(question: string, surroundings: Surroundings): Promise<string> {
  const { output, input, interrupt, signal } = surroundings;
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
