import { type WatchedKey, watchKey } from '../../client/v2/watch-key.js';
import type { KeysResponse } from '../../model/v2/keys.js';
import type { V2KeysService } from '../../model/v2/services.js';
import type { V2Context } from './context.js';

/** The changes of a key, without end; interruptions are told on stderr. */
export async function* keyChanges(
  watched: WatchedKey,
  keys: V2KeysService,
  { signal, clock, notices }: Pick<V2Context, 'signal' | 'clock' | 'notices'>,
): AsyncGenerator<KeysResponse, void, undefined> {
  for await (const news of watchKey(watched, { keys, signal, sleep: clock.sleep })) {
    switch (news.kind) {
      case 'change':
        yield news.response;
        break;
      case 'interrupted':
        notices.line(`${news.why}: waiting for a server to resume the watch`);
        break;
      case 'resumed':
        notices.line(`resumed the watch after index ${news.index}`);
    }
  }
}
