import { type KeyValue, type RangeResponse, SortOrder, SortTarget } from '../../model/messages/kv.js';
import { EventType } from '../../model/messages/watch.js';
import {
  type KeyEvent,
  keyEvents,
  type QueueClient,
  type QueueContext,
  queueRange,
  readPatiently,
} from './queue.js';

/**
 * The leaders of an election as they come, each with every value it has while it leads: as answers to a read of its key, but
 * without a count (etcd client/v3/concurrency/election.go `observe`). What was compacted meanwhile is left out.
 * @throws ServerError when the server refuses; the signal's reason
 */
export async function* leadersOf(
  client: QueueClient,
  name: string,
  context: QueueContext,
): AsyncGenerator<RangeResponse, void, undefined> {
  let told: KeyValue | undefined;
  for (;;) {
    const seen = await leaderOrNext(client, name, context);
    if (seen === undefined) continue;
    if (!isSame(seen.kv, told)) yield toResponse(seen);
    told = seen.kv;
    const target = { range: { key: seen.kv.key }, startRevision: seen.revision + 1n };
    for await (const { event, header } of keyEvents(client, target, context)) {
      if (event.type === EventType.delete || event.kv === undefined) break;
      told = event.kv;
      yield toResponse({ kv: told, header });
    }
  }
}

interface Sighting extends Pick<KeyEvent, 'header'> {
  readonly kv: KeyValue;
}

/** The first in the queue or, when that is empty, the first to come; nothing when its coming may have been missed. */
async function leaderOrNext(
  client: QueueClient,
  name: string,
  context: QueueContext,
): Promise<(Sighting & { readonly revision: bigint }) | undefined> {
  const range = queueRange(name);
  const request = { ...range, sortTarget: SortTarget.create, sortOrder: SortOrder.ascend, limit: 1n };
  const { kvs, header } = await readPatiently(client.kv, request, context);
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

function isSame(leader: KeyValue, told: KeyValue | undefined): boolean {
  return (
    told !== undefined && told.modRevision === leader.modRevision && Buffer.from(told.key).equals(leader.key)
  );
}

function toResponse({ kv, header }: Sighting): RangeResponse {
  return { header, kvs: [kv], more: false, count: 0n };
}
