import type { CommandContext } from '../../../cli/context.js';
import type { WatchEnd, WatchUpdate } from '../../../client/watch/state.js';
import { bytesFromText } from '../../../go/bytes.js';
import { processStateText } from '../../../go/process-state.js';
import { quoteGo } from '../../../go/quote.js';
import type { DecodingName } from '../../../model/decoded-value.js';
import { AlreadyReportedError, CommandError } from '../../../model/errors.js';
import { ExitCode } from '../../../model/exit-code.js';
import { type Event, EventType, type WatchResponse } from '../../../model/messages/watch.js';
import type { Result } from '../../../model/results.js';

/** What a watch prints. */
export interface WatchOutput {
  /** Whether only events are printed, so that the server may split those of a revision. */
  readonly mayBeFragmented: boolean;
  /** For a response: events, or progress. */
  resultsOf(response: WatchResponse): readonly Result[];
  /** For the last response, with which the server has canceled the watch. */
  lastResultsOf(response: WatchResponse): readonly Result[];
}

/** @param decoding how values are shown; `undefined`: as etcdctl shows them */
export async function watchOutput(
  context: CommandContext,
  decoding: DecodingName | undefined,
): Promise<WatchOutput> {
  if (decoding === undefined) {
    return {
      mayBeFragmented: context.format === 'simple',
      resultsOf,
      lastResultsOf: (response) => [{ kind: 'watch', response }],
    };
  }
  const { decodedResult, KeyDecoder } = await import('../../kv/value-output.js');
  const decoder = new KeyDecoder(decoding, context);
  return {
    mayBeFragmented: true,
    resultsOf: (response) => [decodedResult(response, decoder)],
    lastResultsOf: () => [],
  };
}

interface WatchPrinting {
  /** Empty: none. */
  readonly command: readonly string[];
  readonly context: CommandContext;
  readonly output: WatchOutput;
  /** Called once, when the server has created the watch. */
  readonly onCreated?: () => void;
  /** Called when a server has created the watch, and whenever another stream goes on with it: before the first event of the stream. */
  readonly onOpen?: () => Promise<void>;
  /** Replaces printing, and the command. */
  readonly deliver?: (response: WatchResponse) => Promise<void>;
}

/** Prints the updates of a watch. Each is printed before the next is read. Settles with the end of the watch. */
export async function printWatch(
  updates: AsyncIterable<WatchUpdate>,
  { command, context, output, onCreated, onOpen, deliver }: WatchPrinting,
): Promise<WatchEnd | undefined> {
  const deliverNext = deliver ?? deliverTo(command, output, context);
  for await (const update of updates) {
    switch (update.kind) {
      case 'created':
        onCreated?.();
        await onOpen?.();
        break;
      case 'reopened':
        await onOpen?.();
        break;
      case 'interrupted':
        context.notices.line(
          `${update.reason}: waiting for a server to resume the watch${from(update.revision)}`,
        );
        break;
      case 'resumed':
        await onOpen?.();
        context.notices.line(`resumed the watch${from(update.revision)}`);
        break;
      case 'response':
        await deliverNext(update.response);
        break;
      case 'ended':
        await printEnd(update.end, output, context);
        return update.end;
    }
  }
  return undefined;
}

function deliverTo(command: readonly string[], output: WatchOutput, context: CommandContext) {
  return async (response: WatchResponse): Promise<void> => {
    for (const result of output.resultsOf(response)) await context.emit(result);
    for (const event of command.length > 0 ? response.events : []) {
      await runEventCommand(command, { event, response }, context);
      context.signal.throwIfAborted();
    }
  };
}

function from(revision: bigint): string {
  return revision > 0n ? ` at revision ${revision}` : '';
}

function resultsOf(response: WatchResponse): readonly Result[] {
  const results: Result[] = [{ kind: 'watch', response }];
  if (response.events.length > 0) return results;
  return [{ kind: 'text', text: `progress notify: ${response.header?.revision ?? 0n}\n` }, ...results];
}

async function printEnd(
  { reason, response }: WatchEnd,
  output: WatchOutput,
  context: CommandContext,
): Promise<void> {
  if (response === undefined) return;
  context.notices.line(`watch was canceled (${reason})`);
  for (const result of output.lastResultsOf(response)) await context.emit(result);
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
 * Runs the command for an event. A failure of the command is printed and ends the program.
 * @throws AlreadyReportedError with status 1, independent of the status of the command
 */
export async function runEventCommand(
  [program = '', ...args]: readonly string[],
  { event, response }: { readonly event: Event; readonly response: WatchResponse },
  context: CommandContext,
): Promise<void> {
  const failure = await runOnce(program, args, { env: eventVariables(event, response), context });
  if (failure === undefined) return;
  context.signal.throwIfAborted();
  const words = [program, ...args].map((word) => quoteGo(bytesFromText(word)));
  context.notices.line(`command [${words.join(' ')}] error (${failure})`);
  throw new AlreadyReportedError(ExitCode.error);
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
