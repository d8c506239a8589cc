import { V2AttemptError, V2ClusterError } from '../../model/v2/errors.js';
import type { KeysResponse } from '../../model/v2/keys.js';
import type { KeyPoll, V2KeysService } from '../../model/v2/services.js';

export interface WatchedKey {
  readonly key: string;
  readonly recursive: boolean;
  /** Watch for changes after this index; 0: from now on. */
  readonly afterIndex: bigint;
}

export interface WatchContext {
  readonly keys: V2KeysService;
  readonly signal: AbortSignal;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export type KeyWatchUpdate =
  | { readonly kind: 'change'; readonly response: KeysResponse }
  /** No server is reachable. The watch resumes by itself. */
  | { readonly kind: 'interrupted'; readonly reason: string }
  /** The watch goes on with the changes after this index. */
  | { readonly kind: 'resumed'; readonly index: bigint };

/** The pause before the next attempt; it doubles with each attempt. */
const INITIAL_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 2000;

/**
 * The changes of a key, one after the other, by long polls. When the server becomes unreachable, etcdctl's watch ends. This
 * watch polls again after the last change that it received, or after the index at which it started: no change is lost.
 * Rejects with a `V2CallError` when the first poll fails, or when the server no longer has the history.
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
      // The poll waits for the next change. If its connection breaks, the next poll starts at this index.
      if (waitIndex === 0n && poll.index > 0n) waitIndex = poll.index + 1n;
      const response = await poll.response();
      if (response === undefined) continue;
      waitIndex = response.node.modifiedIndex + 1n;
      yield { kind: 'change', response };
    } catch (error) {
      signal.throwIfAborted();
      const reason = hasBegun ? unreachableReason(error) : undefined;
      if (reason === undefined) throw error;
      if (pauseMs === 0) yield { kind: 'interrupted', reason };
      pauseMs = Math.min(Math.max(INITIAL_BACKOFF_MS, pauseMs * 2), MAX_BACKOFF_MS);
      await sleep(pauseMs, signal);
    }
  }
}

/** Why no server is reachable, in one line; `undefined` for an error that a server returned. */
function unreachableReason(error: unknown): string | undefined {
  const attempt = error instanceof V2ClusterError ? error.attempts[0] : error;
  return attempt instanceof V2AttemptError ? attempt.message : undefined;
}
