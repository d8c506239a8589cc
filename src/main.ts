import { constants } from 'node:os';
import { apiVersionFromEnv, type Environment, variableName } from './cli/environment.js';
import type { GlobalFlagValues, UtlGlobalFlagValues } from './cli/global-flags.js';
import { type GlobalOptions, resolveFileGlobals, resolveGlobals, resolveNodeGlobals } from './cli/globals.js';
import { openContext } from './cli/open-context.js';
import type { ProcessContext } from './cli/process-context.js';
import type { Invocation } from './cli/program.js';
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
import { loadPrinter } from './printers/registry.js';
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
  if (outcome.kind === 'run') await runInvocation(outcome.invocation, input);
  else if (outcome.completion === undefined) input.output.out(outcome.text(input.display.columns));
  else {
    input.listenForSignals();
    const { liveCandidates } = await import('./cli/completion/live-candidates.js');
    input.output.out(outcome.completion.respond(await liveCandidates(outcome.completion, input)));
  }
}

async function runV2CommandLine(input: MainInput): Promise<void> {
  const { createEtcdctlV2 } = await import('./etcdctl-v2.js');
  const outcome = createEtcdctlV2().parse(input.args);
  if (outcome.kind === 'help') {
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

/** A parsed command line of either program. */
type AnyInvocation = Pick<Invocation<Record<never, never>>, 'deadline' | 'result' | 'run'> & {
  readonly globals: Partial<GlobalFlagValues & UtlGlobalFlagValues>;
};

async function parse({ program, args, env }: MainInput) {
  if (program === 'etcdutl') {
    const { createEtcdutl } = await import('./etcdutl.js');
    return (await createEtcdutl(args)).parse(args);
  }
  const { createEtcdctl } = await import('./etcdctl.js');
  return (await createEtcdctl(args)).parse(args, env);
}

async function runInvocation(invocation: AnyInvocation, input: MainInput): Promise<void> {
  const { deadline, result, run } = invocation;
  if (deadline !== 'no-server') input.listenForSignals();
  const warn = (line: string) => input.output.err(`${line}\n`);
  const globals = await globalsOf(invocation, input, warn);
  for (const line of globals.debugLines) warn(line);
  if (result !== undefined) (await loadPrinter(globals.format)).assertPrints(result);
  const { context, explain, close } = await openContext(globals, deadline, input);
  try {
    await run(context);
  } catch (error) {
    await reportHints(error, await explain?.(error), input);
    throw error;
  } finally {
    close();
  }
}

async function globalsOf(
  { deadline, globals, result }: AnyInvocation,
  { env, program }: Pick<MainInput, 'env' | 'program'>,
  warn: (line: string) => void,
): Promise<GlobalOptions> {
  if (deadline === 'no-server') return resolveGlobals({}, {}, warn);
  // etcdutl has no variables.
  if (deadline === 'files') {
    return resolveFileGlobals(globals, result, program === 'etcdctl' ? env : {});
  }
  if (deadline === 'node') return resolveNodeGlobals(globals, env);
  const layers = mayHaveLayers(globals, env)
    ? await (await import('./cli/value-layers.js')).valueLayers(globals, env, warn)
    : [];
  return resolveGlobals(globals, env, warn, { layers, result });
}

function mayHaveLayers(globals: AnyInvocation['globals'], env: Environment): boolean {
  return (['profile', 'local'] as const).some((name) => globals[name] || env[variableName(name)]);
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
    await reportReasons(error.reasons, input);
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

/** Writes the reasons of an error, and then what to do. */
async function reportHints(
  error: unknown,
  hints: readonly string[] | undefined,
  input: MainInput,
): Promise<void> {
  if (hints === undefined || hints.length === 0 || input.signal.aborted) return;
  await input.output.flush();
  if (error instanceof Failure) await reportReasons(error.reasons, input);
  await reportReasons(hints, input);
}

async function reportReasons(reasons: readonly string[], { output, loadPalette }: MainInput): Promise<void> {
  if (reasons.length === 0) return;
  const { failure } = await loadPalette();
  output.reasons(reasons, failure);
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
