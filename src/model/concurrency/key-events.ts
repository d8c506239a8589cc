import { ServerError } from '../errors.js';
import type { ResponseHeader } from '../messages/header.js';
import type { Event } from '../messages/watch.js';
import type { Client } from '../services.js';
import type { WatchTarget } from '../watch/state.js';
import { watchKeys } from '../watch/watch-keys.js';

/** What waiting in a queue, and looking at one, needs. */
export type QueueClient = Pick<Client, 'kv' | 'watch'>;

export interface QueueSurroundings {
  /** Ends the waiting: it then rejects with the signal's reason. */
  readonly signal: AbortSignal;
  readonly clock: { sleep(ms: number, signal?: AbortSignal): Promise<void> };
}

export interface KeyEvent {
  readonly event: Event;
  readonly header: ResponseHeader | undefined;
}

/**
 * The events of a watch, one by one, across restarts of servers. Ends when some of them are compacted: the keys have to be
 * looked at anew then.
 * @throws ServerError when the server refuses the watch
 */
export async function* keyEvents(
  { watch }: QueueClient,
  target: WatchTarget,
  { clock, signal }: QueueSurroundings,
): AsyncGenerator<KeyEvent, void, undefined> {
  const sleep = (ms: number, ending?: AbortSignal) => clock.sleep(ms, ending);
  for await (const news of watchKeys(watch, target, { signal, sleep })) {
    if (news.kind === 'ended') {
      if (news.end.compactRevision > 0n) return;
      throw new ServerError(news.end.why || 'the server cancelled the watch without a reason', 'Unknown');
    }
    if (news.kind !== 'response') continue;
    const { events, header } = news.response;
    for (const event of events) yield { event, header };
  }
}
