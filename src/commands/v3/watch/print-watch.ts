import type { CommandContext } from '../../../cli/context.js';
import type { WatchEnd, WatchNews } from '../../../client/watch/state.js';
import type { WatchResponse } from '../../../model/messages/watch.js';
import { runEventCommand } from './event-command.js';

export interface WatchOutput {
  /** Empty: none. */
  readonly command: readonly string[];
  readonly context: CommandContext;
  /** Called once, when the server has the watch. */
  readonly onCreated?: () => void;
}

/** Prints what a watch has to tell, each response before the next is read, and settles with its end. */
export async function printWatch(
  news: AsyncIterable<WatchNews>,
  { command, context, onCreated }: WatchOutput,
): Promise<WatchEnd | undefined> {
  for await (const each of news) {
    switch (each.kind) {
      case 'created':
        onCreated?.();
        break;
      case 'interrupted':
        context.notices.line(`${each.why}: waiting for a server to resume the watch${from(each.revision)}`);
        break;
      case 'resumed':
        context.notices.line(`resumed the watch${from(each.revision)}`);
        break;
      case 'response':
        await printResponse(each.response, context);
        if (command.length > 0) await runEventCommand(command, each.response, context);
        break;
      case 'ended':
        await printEnd(each.end, context);
        return each.end;
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

async function printEnd({ why, response }: WatchEnd, context: CommandContext): Promise<void> {
  if (response === undefined) return;
  context.notices.line(`watch was canceled (${why})`);
  await context.emit({ kind: 'watch', response });
}
