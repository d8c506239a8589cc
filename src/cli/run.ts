import { Failure } from '../model/errors.js';
import { loadPrinter } from '../printers/registry.js';
import { type Environment, variableName } from './environment.js';
import type { GlobalFlagValues, UtlGlobalFlagValues } from './global-flags.js';
import { type GlobalOptions, resolveFileGlobals, resolveGlobals, resolveNodeGlobals } from './globals.js';
import { openContext } from './open-context.js';
import type { ProcessContext } from './process-context.js';
import type { Invocation } from './program.js';

/** A parsed command line of either program. */
type AnyInvocation = Pick<Invocation<Record<never, never>>, 'deadline' | 'result' | 'run'> & {
  readonly globals: Partial<GlobalFlagValues & UtlGlobalFlagValues>;
};

interface RunInput extends ProcessContext {
  readonly program: 'etcdctl' | 'etcdutl';
}

/** Runs a command. Rejects with its errors; all connections are closed then. */
export async function runInvocation(invocation: AnyInvocation, input: RunInput): Promise<void> {
  const { deadline, result, run } = invocation;
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
  { env, program }: Pick<RunInput, 'env' | 'program'>,
  warn: (line: string) => void,
): Promise<GlobalOptions> {
  // etcdutl has no variables.
  if (deadline === 'files') {
    return resolveFileGlobals(globals, result, program === 'etcdctl' ? env : {});
  }
  if (deadline === 'node') return resolveNodeGlobals(globals, env);
  const layers = mayHaveLayers(globals, env)
    ? await (await import('./value-layers.js')).valueLayers(globals, env, warn)
    : [];
  return resolveGlobals(globals, env, warn, { layers, result });
}

function mayHaveLayers(globals: AnyInvocation['globals'], env: Environment): boolean {
  return (['profile', 'local'] as const).some((name) => globals[name] || env[variableName(name)]);
}

/** Writes the reasons of an error, and then what to do. */
async function reportHints(
  error: unknown,
  hints: readonly string[] | undefined,
  input: ProcessContext,
): Promise<void> {
  if (hints === undefined || hints.length === 0 || input.signal.aborted) return;
  await input.output.flush();
  if (error instanceof Failure) await reportReasons(error.reasons, input);
  await reportReasons(hints, input);
}

export async function reportReasons(
  reasons: readonly string[],
  { output, loadPalette }: Pick<ProcessContext, 'output' | 'loadPalette'>,
): Promise<void> {
  if (reasons.length === 0) return;
  const { failure } = await loadPalette();
  output.reasons(reasons, failure);
}
