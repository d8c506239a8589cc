import type { CommandContext } from '../../../cli/context.js';
import type { WatchEnd, WatchUpdate } from '../../../client/watch/state.js';
import { bytesFromText } from '../../../go/bytes.js';
import { processStateText } from '../../../go/process-state.js';
import { quoteGo } from '../../../go/quote.js';
import { AlreadyReportedError, CommandError } from '../../../model/errors.js';
import { ExitCode } from '../../../model/exit-code.js';
import { type Event, EventType, type WatchResponse } from '../../../model/messages/watch.js';

interface WatchOutput {
  /** Empty: none. */
  readonly command: readonly string[];
  readonly context: CommandContext;
  /** Called once, when the server has created the watch. */
  readonly onCreated?: () => void;
}

/** Prints the updates of a watch. Each is printed before the next is read. Settles with the end of the watch. */
export async function printWatch(
  updates: AsyncIterable<WatchUpdate>,
  { command, context, onCreated }: WatchOutput,
): Promise<WatchEnd | undefined> {
  for await (const update of updates) {
    switch (update.kind) {
      case 'created':
        onCreated?.();
        break;
      case 'interrupted':
        context.notices.line(
          `${update.reason}: waiting for a server to resume the watch${from(update.revision)}`,
        );
        break;
      case 'resumed':
        context.notices.line(`resumed the watch${from(update.revision)}`);
        break;
      case 'response':
        await printResponse(update.response, context);
        if (command.length > 0) await runEventCommand(command, update.response, context);
        break;
      case 'ended':
        await printEnd(update.end, context);
        return update.end;
    }
  }
  return undefined;
}

function from(revision: bigint): string {
  return revision > 0n ? ` at revision ${revision}` : '';
}

async function printResponse(response: WatchResponse, context: CommandContext): Promise<void> {
  if (response.events.length === 0) {
    await context.emit({ kind: 'text', text: `progress notify: ${response.header?.revision ?? 0n}\n` });
  }
  await context.emit({ kind: 'watch', response });
}

async function printEnd({ reason, response }: WatchEnd, context: CommandContext): Promise<void> {
  if (response === undefined) return;
  context.notices.line(`watch was canceled (${reason})`);
  await context.emit({ kind: 'watch', response });
}

const NO_BYTES = new Uint8Array(0);

/** The environment variables of the command. Key, value and type are quoted as by Go's `%q`. */
function eventVariables(event: Event, response: WatchResponse): Record<string, string> {
  return {
    ETCD_WATCH_REVISION: String(response.header?.revision ?? 0n),
    ETCD_WATCH_EVENT_TYPE: event.type === EventType.delete ? '"DELETE"' : '"PUT"',
    ETCD_WATCH_KEY: quoteGo(event.kv?.key ?? NO_BYTES),
    ETCD_WATCH_VALUE: quoteGo(event.kv?.value ?? NO_BYTES),
  };
}

/**
 * Runs the command for each event, one after the other. A failure of the command is printed and ends the program.
 * @throws AlreadyReportedError with status 1, independent of the status of the command
 */
async function runEventCommand(
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

/** Settles with the failure of the command, with Go's text (os/exec `ExitError`); `undefined` when it succeeded. */
async function runOnce(
  program: string,
  args: readonly string[],
  { env, context }: { env: Record<string, string>; context: CommandContext },
): Promise<string | undefined> {
  try {
    const status = await context.runChild(program, args, { env });
    return status.exitCode === 0 ? undefined : processStateText(status);
  } catch (error) {
    if (error instanceof CommandError) return error.message;
    throw error;
  }
}
