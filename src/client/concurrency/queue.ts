/**
 * The queue of contenders behind a mutex and an election (etcd client/v3/concurrency/key.go, mutex.go, election.go). Each contender
 * owns the key `<name>/<lease in hexadecimal>`; the contender whose key has the lowest create revision is at the head. The keys are
 * those of etcd's own clients: both can contend for one name.
 */
import { bytesFromText, textFromBytes } from '../../go/bytes.js';
import { linkSignals } from '../../model/abort-signal.js';
import { CommandError, ServerError } from '../../model/errors.js';
import { type KeyRange, prefixRange } from '../../model/key-range.js';
import type { ResponseHeader } from '../../model/messages/header.js';
import {
  type KeyValue,
  type RangeRequest,
  type ReceivedRange,
  SortOrder,
  SortTarget,
} from '../../model/messages/kv.js';
import { type Event, EventType } from '../../model/messages/watch.js';
import type { Client, KvService } from '../../model/services.js';
import type { WatchTarget } from '../watch/state.js';
import { streamsWith, watchKeys } from '../watch/watch-keys.js';
import type { Session } from './session.js';

/** Pause before a read is repeated that failed with `Unavailable`. */
const RETRY_MS = 500;

interface Contender {
  readonly name: string;
  readonly session: Session;
  /** The value of the contender's key. */
  readonly value: Uint8Array;
}

/** The contender's key when it is at the head of the queue: when it owns the mutex, or leads. */
export interface QueueHead {
  readonly key: Uint8Array;
  /** The store revision at which the contender reached the head. */
  readonly revision: bigint;
  /** Whether there were other contenders before it. */
  readonly hasWaited: boolean;
  /** The response to a read of the contender's key; without a key when somebody has deleted it. */
  readonly response: ReceivedRange;
}

/**
 * Creates the contender's key and waits until it is at the head of the queue. The key is attached to the lease of the session: it is
 * deleted when the session ends.
 * @throws CommandError when the signal aborts or the session is lost first
 */
export async function awaitHead(
  client: QueueClient,
  { name, session, value }: Contender,
  context: QueueContext,
): Promise<QueueHead> {
  const { signal } = context;
  const linked = linkSignals(signal, session.lost);
  const call = { signal: linked.signal };
  const waiting = { ...context, ...call };
  try {
    const key = bytesFromText(`${name}/${session.lease.toString(16)}`);
    const { header } = await client.kv.put({ key, value, lease: session.lease }, call);
    const createRevision = header?.revision ?? 0n;
    const readOwnKey = () => rangeWithRetry(client.kv, { key }, waiting);
    // Most contenders are at the head at once: both reads are made together.
    const firstRead = readOwnKey();
    firstRead.catch(() => {});
    const hasWaited = await waitForPredecessors(client, { name, createRevision }, waiting);
    const response = await (hasWaited ? readOwnKey() : firstRead);
    if (response.kvs.length > 0) await session.requireLease(linked.signal);
    const revision = hasWaited ? (response.header?.revision ?? 0n) : createRevision;
    return { key, revision, hasWaited, response };
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new CommandError('context canceled', {
      cause: error,
      reasons: [`interrupted while waiting for ${name}`],
    });
  } finally {
    // The read of the own key can be pending still.
    linked.abort(new Error('the wait has ended'));
    linked.release();
  }
}

/** Why a contender does not have what it waited for, as a reason of an error. */
export function keyIsGone({ key }: Pick<QueueHead, 'key'>): string {
  return `the key ${textFromBytes(key)} is gone: its lease has expired or was revoked, or somebody has deleted the key`;
}

/** The keys of all contenders for the name. */
export function queueRange(name: string): KeyRange {
  return prefixRange(bytesFromText(`${name}/`));
}

/**
 * A read that is repeated while the server is unavailable: through leader elections and restarts, beyond the client's own
 * retries.
 */
export async function rangeWithRetry(
  kv: KvService,
  request: RangeRequest,
  { clock, signal }: QueueContext,
): Promise<ReceivedRange> {
  for (;;) {
    try {
      return await kv.range(request, { signal });
    } catch (error) {
      if (!(error instanceof ServerError && error.isUnavailable)) throw error;
      await clock.sleep(RETRY_MS, signal);
    }
  }
}

/**
 * Settles when the keys of the queue with a lower create revision are deleted; with false when there were none
 * (client/v3/concurrency/key.go `waitDeletes`).
 */
async function waitForPredecessors(
  client: QueueClient,
  { name, createRevision }: { readonly name: string; readonly createRevision: bigint },
  context: QueueContext,
): Promise<boolean> {
  const request: RangeRequest = {
    ...queueRange(name),
    maxCreateRevision: createRevision - 1n,
    sortTarget: SortTarget.create,
    sortOrder: SortOrder.descend,
    limit: 1n,
  };
  for (let hasWaited = false; ; hasWaited = true) {
    const { kvs, header } = await rangeWithRetry(client.kv, request, context);
    const [predecessor] = kvs;
    if (predecessor === undefined) return hasWaited;
    await untilDeleted(client, { kv: predecessor, after: header?.revision ?? 0n }, context);
  }
}

/** Settles when the key is deleted after the revision, or may have been: events can be compacted before they are read. */
async function untilDeleted(
  client: QueueClient,
  { kv, after }: { readonly kv: KeyValue; readonly after: bigint },
  context: QueueContext,
): Promise<void> {
  const target = { range: { key: kv.key }, startRevision: after + 1n };
  for await (const { event } of keyEvents(client, target, context)) {
    if (event.type === EventType.delete) return;
  }
}

/** The services that waiting in a queue and observing it use. */
export type QueueClient = Pick<Client, 'kv' | 'watch'>;

export interface QueueContext {
  /** Ends the wait, which then rejects with the signal's reason. */
  readonly signal: AbortSignal;
  readonly clock: { sleep(ms: number, signal?: AbortSignal): Promise<void> };
  /** Called every few seconds with a sentence while there is no watch. */
  readonly onInterrupted?: (text: string) => void;
}

export interface KeyEvent {
  readonly event: Event;
  readonly header: ResponseHeader | undefined;
}

/**
 * The events of a watch, one by one, across restarts of servers. Ends when events are compacted before they are read: the caller must
 * read the keys again.
 * @throws ServerError when the server cancels the watch for another reason
 */
export async function* keyEvents(
  { watch }: QueueClient,
  target: WatchTarget,
  context: QueueContext,
): AsyncGenerator<KeyEvent, void, undefined> {
  const { clock, signal } = context;
  const sleep = (ms: number, sleepSignal?: AbortSignal) => clock.sleep(ms, sleepSignal);
  let reminder: AbortController | undefined;
  try {
    for await (const update of watchKeys(streamsWith(watch), target, { signal, sleep })) {
      reminder?.abort();
      if (update.kind === 'interrupted') {
        reminder = new AbortController();
        remind(update.reason, context, reminder.signal).catch(() => undefined);
      } else if (update.kind === 'ended') {
        if (update.end.compactRevision > 0n) return;
        throw new ServerError(
          update.end.reason || 'the server cancelled the watch without a reason',
          'Unknown',
        );
      } else if (update.kind === 'response') {
        const { events, header } = update.response;
        for (const event of events) yield { event, header };
      }
    }
  } finally {
    reminder?.abort();
  }
}

const REMINDER_S = 5;

/** Reports the interruption every few seconds, until the signal aborts. */
async function remind(
  reason: string,
  { clock, onInterrupted }: QueueContext,
  signal: AbortSignal,
): Promise<void> {
  for (let seconds = REMINDER_S; onInterrupted !== undefined; seconds += REMINDER_S) {
    await clock.sleep(REMINDER_S * 1000, signal);
    onInterrupted(`the watch has been interrupted for ${seconds} s: ${reason}`);
  }
}
