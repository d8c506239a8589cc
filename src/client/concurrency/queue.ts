/**
 * The queue that locks and elections are (etcd client/v3/concurrency/key.go, mutex.go, election.go): each contender has the
 * key `<name>/<lease in hexadecimal>`, and whose key was created first is at its head. All clients of etcd stand in the same queue.
 */
import { bytesFromText } from '../../go/bytes.js';
import { linkSignals } from '../../model/abort-signal.js';
import { CommandError, ServerError } from '../../model/errors.js';
import { type KeyRange, prefixRange } from '../../model/key-range.js';
import type { ResponseHeader } from '../../model/messages/header.js';
import {
  type KeyValue,
  type RangeRequest,
  type RangeResponse,
  SortOrder,
  SortTarget,
} from '../../model/messages/kv.js';
import { type Event, EventType } from '../../model/messages/watch.js';
import type { Client, KvService } from '../../model/services.js';
import type { WatchTarget } from '../watch/state.js';
import { watchKeys } from '../watch/watch-keys.js';
import type { Session } from './session.js';

/** Pause before a read that no server was able to answer is made again. */
const RETRY_MS = 500;

interface Contender {
  readonly name: string;
  readonly session: Session;
  /** What others see under the contender's key. */
  readonly value: Uint8Array;
}

/** What a contender at the head of the queue has. */
export interface Head {
  readonly key: Uint8Array;
  /** Of the store when the head was reached. */
  readonly revision: bigint;
  /** The contender's key as it was then. */
  readonly response: RangeResponse;
}

/**
 * Stands in the queue until its head is reached. The place belongs to the session and goes with it.
 * @throws CommandError when the signal aborts or the session is lost first
 */
export async function reachHead(
  client: QueueClient,
  { name, session, value }: Contender,
  { signal, clock }: QueueContext,
): Promise<Head> {
  const waiting = linkSignals(signal, session.lost);
  const call = { signal: waiting.signal };
  try {
    const key = bytesFromText(`${name}/${session.lease.toString(16)}`);
    const { header } = await client.kv.put({ key, value, lease: session.lease }, call);
    const place = { name, revision: header?.revision ?? 0n };
    const hasWaited = await waitForOthers(client, place, { clock, ...call });
    const response = await readPatiently(client.kv, { key }, { clock, ...call });
    const revision = hasWaited ? (response.header?.revision ?? 0n) : place.revision;
    return { key, revision, response };
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new CommandError('context canceled', {
      cause: error,
      reasons: [`interrupted while waiting for ${name}`],
    });
  } finally {
    waiting.release();
  }
}

/** The keys of all contenders for the name. */
export function queueRange(name: string): KeyRange {
  return prefixRange(bytesFromText(`${name}/`));
}

/** A read that goes on through elections and restarts of servers, longer than a client's own retries do. */
export async function readPatiently(
  kv: KvService,
  request: RangeRequest,
  { clock, signal }: QueueContext,
): Promise<RangeResponse> {
  for (;;) {
    try {
      return await kv.range(request, { signal });
    } catch (error) {
      if (!(error instanceof ServerError && error.code === 'Unavailable')) throw error;
      await clock.sleep(RETRY_MS, signal);
    }
  }
}

/** Settles when all that came before the place have left the queue; with false when there were none. */
async function waitForOthers(
  client: QueueClient,
  place: { readonly name: string; readonly revision: bigint },
  context: QueueContext,
): Promise<boolean> {
  const request: RangeRequest = {
    ...queueRange(place.name),
    maxCreateRevision: place.revision - 1n,
    sortTarget: SortTarget.create,
    sortOrder: SortOrder.descend,
    limit: 1n,
  };
  for (let hasWaited = false; ; hasWaited = true) {
    const { kvs, header } = await readPatiently(client.kv, request, context);
    const [nearest] = kvs;
    if (nearest === undefined) return hasWaited;
    await untilDeleted(client, { kv: nearest, after: header?.revision ?? 0n }, context);
  }
}

/** Settles when the key may have been deleted since the revision. */
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

/** What waiting in a queue, and looking at one, needs. */
export type QueueClient = Pick<Client, 'kv' | 'watch'>;

export interface QueueContext {
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
  { clock, signal }: QueueContext,
): AsyncGenerator<KeyEvent, void, undefined> {
  const sleep = (ms: number, ending?: AbortSignal) => clock.sleep(ms, ending);
  for await (const update of watchKeys(watch, target, { signal, sleep })) {
    if (update.kind === 'ended') {
      if (update.end.compactRevision > 0n) return;
      throw new ServerError(update.end.why || 'the server cancelled the watch without a reason', 'Unknown');
    }
    if (update.kind !== 'response') continue;
    const { events, header } = update.response;
    for (const event of events) yield { event, header };
  }
}
