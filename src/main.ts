import { constants } from 'node:os';
import { apiVersionFromEnv } from './cli/environment.js';
import type { ProcessContext } from './cli/process-context.js';
import { systemCallText } from './go/system-error.js';
import {
  AlreadyReportedError,
  ChildFailedError,
  CompactedError,
  ConnectionError,
  Failure,
  FailureWithStatus,
  InterruptedError,
  UnsupportedFormatError,
  UsageError,
  type UsageErrorKind,
} from './model/errors.js';
import { ExitCode } from './model/exit-code.js';
import { type V2Ending, V2Failure } from './model/v2/errors.js';
import { SignalReceivedError } from './term/signals.js';

export type ProgramName = 'etcdctl' | 'etcdutl';

export interface MainInput extends ProcessContext {
  readonly program: ProgramName;
  /** Without the program's own name. */
  readonly args: readonly string[];
  /** From now on, a termination signal aborts `signal`. Without that, it terminates the process, as is right for help. */
  readonly listenForSignals: () => void;
}

/** Runs one command line and returns the exit status. Never throws. All connections are closed afterwards. */
export async function main(input: MainInput): Promise<number> {
  try {
    await runCommandLine(input);
    await input.output.flush();
    return ExitCode.ok;
  } catch (error) {
    await report(error, input);
    return exitCodeOf(error);
  }
}

async function runCommandLine(input: MainInput): Promise<void> {
  if (input.program === 'etcdctl' && apiVersionFromEnv(input.env) === '2') {
    input.listenForSignals();
    return runV2CommandLine(input);
  }
  const outcome = await parse(input);
  if (outcome.kind === 'run') {
    input.listenForSignals();
    const { runInvocation } = await import('./cli/run.js');
    await runInvocation(outcome.invocation, input);
  } else if (outcome.completion === undefined) input.output.out(outcome.text(input.display.columns));
  else {
    input.listenForSignals();
    const { liveCandidates } = await import('./cli/completion/live-candidates.js');
    input.output.out(outcome.completion.respond(await liveCandidates(outcome.completion, input)));
  }
}

async function runV2CommandLine(input: MainInput): Promise<void> {
  const { createEtcdctlV2 } = await import('./etcdctl-v2.js');
  const outcome = createEtcdctlV2().parse(input.args);
  if (outcome.kind === 'text') {
    input.output.out(outcome.text);
    return;
  }
  const { openV2Context, toV2Failure } = await import('./cli/v2/open-context.js');
  const { context, close } = openV2Context(outcome, input);
  try {
    await outcome.run(context);
  } catch (error) {
    throw toV2Failure(error, outcome);
  } finally {
    close();
  }
}

async function parse({ program, args, env }: MainInput) {
  if (program === 'etcdutl') {
    const { createEtcdutl } = await import('./etcdutl.js');
    return (await createEtcdutl(args)).parse(args);
  }
  const { createEtcdctl } = await import('./etcdctl.js');
  return (await createEtcdctl(args)).parse(args, env);
}

/**
 * Writes an error to stderr: first the reasons, in colour on a terminal, then the final line, which scripts match and which is never
 * coloured. Nothing is written after a signal or a closed pipe.
 */
async function report(error: unknown, input: MainInput): Promise<void> {
  const { output, signal } = input;
  await output.flush();
  if (error instanceof AlreadyReportedError || (signal.aborted && error === signal.reason)) return;
  if (error instanceof Failure) {
    if (error.reasons.length > 0) {
      const { reportReasons } = await import('./cli/run.js');
      await reportReasons(error.reasons, input);
    }
    output.err(finalText(error));
    return;
  }
  const systemText = systemFailureText(error);
  if (systemText !== undefined) {
    output.err(`Error: ${systemText}\n`);
    return;
  }
  // A defect of this program: write the stack for a bug report.
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
  output.err(`${details}\nError: internal error; please report it with the lines above\n`);
}

function finalText(failure: Failure): string {
  if (!(failure instanceof V2Failure)) return `Error: ${failure.message}\n`;
  return failure.isLabelled ? `Error:  ${failure.finalText}` : failure.finalText;
}

/** The text of a system error that no command has handled; undefined for a defect of this program. */
function systemFailureText(error: unknown): string | undefined {
  if (error instanceof RangeError && /allocation failed|out of memory/i.test(error.message)) {
    return 'cannot allocate memory';
  }
  return systemCallText(error);
}

const USAGE_CODES: Readonly<Record<UsageErrorKind, number>> = {
  flag: ExitCode.error,
  choice: ExitCode.badFeature,
  arguments: ExitCode.badArguments,
  input: ExitCode.invalidInput,
};

const V2_CODES: Readonly<Record<V2Ending, number>> = {
  arguments: ExitCode.badArguments,
  connection: ExitCode.badConnection,
  server: ExitCode.serverError,
  plain: ExitCode.error,
  'help-topic': ExitCode.invalidInput,
};

/** The exit status of an error. Only a failed write to stdout and termination by a signal have theirs elsewhere (`process.ts`). */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return USAGE_CODES[error.kind];
  if (error instanceof V2Failure) return V2_CODES[error.ending];
  if (error instanceof UnsupportedFormatError) return ExitCode.badFeature;
  if (error instanceof ConnectionError) return ExitCode.badConnection;
  if (error instanceof InterruptedError) return ExitCode.interrupted;
  if (error instanceof CompactedError) return ExitCode.compacted;
  if (error instanceof AlreadyReportedError || error instanceof ChildFailedError) return error.exitCode;
  if (error instanceof FailureWithStatus) return error.exitCode;
  // The status that shells report for a program that was terminated by the signal.
  if (error instanceof SignalReceivedError) return 128 + constants.signals[error.signal];
  return ExitCode.error;
}
