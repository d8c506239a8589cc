import { V2AttemptError, V2ClusterError } from '../../model/v2/errors.js';
import type { KeysResponse } from '../../model/v2/keys.js';
import type { KeyPoll, V2KeysService } from '../../model/v2/services.js';

export interface WatchedKey {
  readonly key: string;
  readonly recursive: boolean;
  /** Changes after this index; 0: from now on. */
  readonly afterIndex: bigint;
}

export interface WatchContext {
  readonly keys: V2KeysService;
  readonly signal: AbortSignal;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export type KeyWatchUpdate =
  | { readonly kind: 'change'; readonly response: KeysResponse }
  /** No server answers any more; the watch will go on when one does. */
  | { readonly kind: 'interrupted'; readonly why: string }
  /** Changes after this index will be told. */
  | { readonly kind: 'resumed'; readonly index: bigint };

/** How long to wait for a server before asking again. */
const INITIAL_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 2000;

/**
 * The changes of a key, one after the other, by long polls. A server that goes away ends etcdctl's watch; here the watch
 * asks again after the last change it was told of, or after the index at which it began, so that none is lost.
 * Rejects with a `V2CallError` when no server answered the first poll, or the history does not reach back far enough.
 */
export async function* watchKey(
  { key, recursive, afterIndex }: WatchedKey,
  { keys, signal, sleep }: WatchContext,
): AsyncGenerator<KeyWatchUpdate, never, undefined> {
  let waitIndex = afterIndex > 0n ? BigInt.asUintN(64, afterIndex + 1n) : 0n;
  let hasBegun = false;
  let pauseMs = 0;
  for (;;) {
    try {
      const poll: KeyPoll = await keys.poll({ key, recursive, waitIndex }, { signal });
      if (pauseMs > 0) yield { kind: 'resumed', index: waitIndex > 0n ? waitIndex - 1n : poll.index };
      pauseMs = 0;
      hasBegun = true;
      // A poll for the next change: should it be cut, the one after it begins here.
      if (waitIndex === 0n && poll.index > 0n) waitIndex = poll.index + 1n;
      const response = await poll.response();
      if (response === undefined) continue;
      waitIndex = response.node.modifiedIndex + 1n;
      yield { kind: 'change', response };
    } catch (error) {
      signal.throwIfAborted();
      const why = hasBegun ? interruption(error) : undefined;
      if (why === undefined) throw error;
      if (pauseMs === 0) yield { kind: 'interrupted', why };
      pauseMs = Math.min(Math.max(INITIAL_BACKOFF_MS, pauseMs * 2), MAX_BACKOFF_MS);
      await sleep(pauseMs, signal);
    }
  }
}

/** Why no server answers, in one line; nothing when a server has answered. */
function interruption(error: unknown): string | undefined {
  const attempt = error instanceof V2ClusterError ? error.attempts[0] : error;
  return attempt instanceof V2AttemptError ? attempt.message : undefined;
}
