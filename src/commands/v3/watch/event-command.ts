import type { CommandContext } from '../../../cli/context.js';
import { bytesFromText } from '../../../model/bytes.js';
import { AlreadyReportedError, CommandError } from '../../../model/errors.js';
import { ExitCode } from '../../../model/exit-code.js';
import { quoteGo } from '../../../model/go/quote.js';
import { type Event, EventType, type WatchResponse } from '../../../model/messages/watch.js';

const NOTHING = new Uint8Array(0);

/** What the command learns of the event; key, value and type are in Go's double quotes. */
export function eventVariables(event: Event, response: WatchResponse): Record<string, string> {
  return {
    ETCD_WATCH_REVISION: String(response.header?.revision ?? 0n),
    ETCD_WATCH_EVENT_TYPE: event.type === EventType.delete ? '"DELETE"' : '"PUT"',
    ETCD_WATCH_KEY: quoteGo(event.kv?.key ?? NOTHING),
    ETCD_WATCH_VALUE: quoteGo(event.kv?.value ?? NOTHING),
  };
}

/**
 * Runs the command for each event, one after the other. When it fails, that is told and the whole program ends.
 * @throws AlreadyReportedError status 1, whatever that of the command is
 */
export async function runEventCommand(
  [program = '', ...args]: readonly string[],
  response: WatchResponse,
  context: CommandContext,
): Promise<void> {
  for (const event of response.events) {
    const failure = await runOnce(program, args, { env: eventVariables(event, response), context });
    context.signal.throwIfAborted();
    if (failure === undefined) continue;
    const words = [program, ...args].map((word) => quoteGo(bytesFromText(word)));
    context.notices.line(`command [${words.join(' ')}] error (${failure})`);
    throw new AlreadyReportedError(ExitCode.error);
  }
}

/** Settles with what went wrong, in Go's words (os/exec `ExitError`). */
async function runOnce(
  program: string,
  args: readonly string[],
  { env, context }: { env: Record<string, string>; context: CommandContext },
): Promise<string | undefined> {
  try {
    const { exitCode, signal } = await context.runChild(program, args, { env });
    if (signal !== null) return `signal: ${SIGNAL_WORDS[signal] ?? signal}`;
    return exitCode === 0 ? undefined : `exit status ${exitCode}`;
  } catch (error) {
    if (error instanceof CommandError) return error.message;
    throw error;
  }
}

/** Go's names of the signals that programs die of (syscall `Signal.String`, Linux). */
const SIGNAL_WORDS: Partial<Record<NodeJS.Signals, string>> = {
  SIGHUP: 'hangup',
  SIGINT: 'interrupt',
  SIGQUIT: 'quit',
  SIGILL: 'illegal instruction',
  SIGTRAP: 'trace/breakpoint trap',
  SIGABRT: 'aborted',
  SIGBUS: 'bus error',
  SIGFPE: 'floating point exception',
  SIGKILL: 'killed',
  SIGUSR1: 'user defined signal 1',
  SIGSEGV: 'segmentation fault',
  SIGUSR2: 'user defined signal 2',
  SIGPIPE: 'broken pipe',
  SIGALRM: 'alarm clock',
  SIGTERM: 'terminated',
};
