import { type KeyValue, type RangeResponse, SortOrder, SortTarget } from '../../model/messages/kv.js';
import { EventType } from '../../model/messages/watch.js';
import {
  type KeyEvent,
  keyEvents,
  type QueueClient,
  type QueueContext,
  queueRange,
  rangeWithRetry,
} from './queue.js';

/**
 * Yields the leaders of an election, and each value that a leader proclaims, as the range response to a read of the leader's
 * key, with a count of 0 (etcd client/v3/concurrency/election.go `observe`). Leaders whose revisions were compacted before
 * they could be read are left out.
 * @throws ServerError when the server rejects a request; the signal's reason when the signal aborts
 */
export async function* observeLeaders(
  client: QueueClient,
  name: string,
  context: QueueContext,
): AsyncGenerator<RangeResponse, void, undefined> {
  let lastYielded: KeyValue | undefined;
  for (;;) {
    const leader = await currentOrNextLeader(client, name, context);
    if (leader === undefined) continue;
    if (!isSame(leader.kv, lastYielded)) yield toResponse(leader);
    lastYielded = leader.kv;
    const target = { range: { key: leader.kv.key }, startRevision: leader.revision + 1n };
    for await (const { event, header } of keyEvents(client, target, context)) {
      if (event.type === EventType.delete || event.kv === undefined) break;
      lastYielded = event.kv;
      yield toResponse({ kv: lastYielded, header });
    }
  }
}

/** The key of a leader at one revision. */
interface LeaderState extends Pick<KeyEvent, 'header'> {
  readonly kv: KeyValue;
}

/**
 * The leader, which is the first contender in the queue. Waits for a contender when the queue is empty. `undefined` when events were
 * compacted during the wait: the caller must read the queue again.
 */
async function currentOrNextLeader(
  client: QueueClient,
  name: string,
  context: QueueContext,
): Promise<(LeaderState & { readonly revision: bigint }) | undefined> {
  const range = queueRange(name);
  const request = { ...range, sortTarget: SortTarget.create, sortOrder: SortOrder.ascend, limit: 1n };
  const { kvs, header } = await rangeWithRetry(client.kv, request, context);
  const revision = header?.revision ?? 0n;
  const [kv] = kvs;
  if (kv !== undefined) return { kv, header, revision };
  for await (const { event, header } of keyEvents(client, { range, startRevision: revision + 1n }, context)) {
    if (event.type !== EventType.put || event.kv === undefined) continue;
    const { modRevision } = event.kv;
    return { kv: event.kv, revision: modRevision, header: header && { ...header, revision: modRevision } };
  }
  return undefined;
}

function isSame(leader: KeyValue, other: KeyValue | undefined): boolean {
  if (other === undefined || other.modRevision !== leader.modRevision) return false;
  return Buffer.from(other.key).equals(leader.key);
}

function toResponse({ kv, header }: LeaderState): RangeResponse {
  return { header, kvs: [kv], more: false, count: 0n };
}
