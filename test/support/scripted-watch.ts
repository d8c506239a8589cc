import type {
  Event,
  WatchCreateRequest,
  WatchRequest,
  WatchResponse,
} from '../../src/model/messages/watch.js';
import type { CallOptions, WatchService } from '../../src/model/services.js';

/** A put event for the key at this revision. */
export function putEvent(revision: number, key = 'k', value = 'v'): Event {
  const modRevision = BigInt(revision);
  const kv = {
    key: Buffer.from(key),
    value: Buffer.from(value),
    createRevision: modRevision,
    modRevision,
    version: 1n,
    lease: 0n,
  };
  return { type: 0, kv };
}

/** A watch response with the given fields; `revisions` has one event for each revision. */
export function watchResponse({
  revision = 0,
  revisions = [],
  ...parts
}: Partial<WatchResponse> & { revision?: number; revisions?: readonly number[] }): WatchResponse {
  return {
    header: { clusterId: 1n, memberId: 2n, revision: BigInt(revision), raftTerm: 3n },
    watchId: 0n,
    created: false,
    canceled: false,
    compactRevision: 0n,
    cancelReason: '',
    fragment: false,
    events: revisions.map((each) => putEvent(each)),
    ...parts,
  };
}

/**
 * A watch service. Each stream gives its responses and then stays open, or fails with an error; `created` has the create request of
 * each stream.
 */
export function scriptedWatch(streams: readonly (readonly (WatchResponse | Error)[])[]) {
  const created: WatchCreateRequest[] = [];
  const service: WatchService = {
    async *watch(requests: AsyncIterable<WatchRequest>, call?: CallOptions) {
      for await (const { requestUnion } of requests) {
        if (requestUnion.$case === 'createRequest') created.push(requestUnion.value);
        break;
      }
      for (const each of streams[created.length - 1] ?? []) {
        if (each instanceof Error) throw each;
        yield each;
      }
      await aborted(call?.signal);
    },
  };
  return { service, created };
}

function aborted(signal?: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal?.aborted) reject(signal.reason);
    else signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
