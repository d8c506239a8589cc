import { ServerError } from '../../src/model/errors.js';
import type { KeyValue, PutRequest, RangeRequest, RangeResponse } from '../../src/model/messages/kv.js';
import {
  type Event,
  EventType,
  type WatchRequest,
  type WatchResponse,
} from '../../src/model/messages/watch.js';
import type { CallOptions, Client } from '../../src/model/services.js';

const header = (revision: bigint) => ({ clusterId: 1n, memberId: 1n, revision, raftTerm: 1n });

/** A fake store for locks and elections: keys in the order of their creation, leases, and watches. */
export class FakeQueue {
  /** Errors that the next calls throw, one for each call. */
  readonly failures: Error[] = [];
  readonly revoked: bigint[] = [];
  readonly granted: bigint[] = [];
  readonly #keys: KeyValue[] = [];
  readonly #log: { readonly revision: bigint; readonly event: Event }[] = [];
  readonly #watchers = new Set<() => void>();
  #revision = 10n;
  #breaks = 0;

  get keys(): string[] {
    return this.#keys.map(({ key }) => Buffer.from(key).toString());
  }

  put(key: string, value = '', lease = 0n): void {
    this.#revision += 1n;
    const bytes = Buffer.from(key);
    const index = this.#keys.findIndex((each) => bytes.equals(each.key));
    const old = this.#keys[index];
    const kv: KeyValue = {
      key: bytes,
      value: Buffer.from(value),
      lease,
      createRevision: old?.createRevision ?? this.#revision,
      modRevision: this.#revision,
      version: (old?.version ?? 0n) + 1n,
    };
    if (old === undefined) this.#keys.push(kv);
    else this.#keys[index] = kv;
    this.#tell({ type: EventType.put, kv });
  }

  delete(key: string): void {
    const index = this.keys.indexOf(key);
    const [old] = this.#keys.splice(index, 1);
    if (index < 0 || old === undefined) throw new Error(`there is no ${key} among ${this.keys.join(', ')}`);
    this.#revision += 1n;
    this.#tell({ type: EventType.delete, kv: { ...old, modRevision: this.#revision } });
  }

  /** Ends all watch streams, as a restart of the server does. */
  breakStreams(): void {
    this.#breaks += 1;
    for (const wake of this.#watchers) wake();
  }

  client(): Client {
    const fail = () => {
      const failure = this.failures.shift();
      if (failure !== undefined) throw failure;
    };
    const kv = {
      put: async ({ key, value, lease }: PutRequest, call?: CallOptions) => {
        call?.signal?.throwIfAborted();
        fail();
        this.put(Buffer.from(key).toString(), Buffer.from(value ?? []).toString(), lease);
        return { header: header(this.#revision) };
      },
      range: async (request: RangeRequest, call?: CallOptions) => {
        call?.signal?.throwIfAborted();
        fail();
        return this.#range(request);
      },
    };
    const lease = {
      leaseGrant: async ({ ttl }: { ttl: bigint }) => {
        fail();
        this.granted.push(ttl);
        return { id: 0xabcn, ttl, error: '' };
      },
      leaseRevoke: async ({ id }: { id: bigint }) => {
        fail();
        this.revoked.push(id);
        for (const { key } of this.#keys.filter((each) => each.lease === id))
          this.delete(Buffer.from(key).toString());
        return {};
      },
      leaseKeepAlive: (requests: AsyncIterable<object>, call?: CallOptions) => this.#renewals(requests, call),
    };
    const watch = {
      watch: (requests: AsyncIterable<WatchRequest>, call?: CallOptions) => this.#watch(requests, call),
    };
    return { kv, lease, watch, close: () => undefined } as unknown as Client;
  }

  /** The TTL in each response of `leaseKeepAlive`; without it, there are no responses. */
  renewal: bigint | undefined;

  async *#renewals(requests: AsyncIterable<object>, call?: CallOptions) {
    call?.signal?.throwIfAborted();
    if (this.renewal !== undefined) {
      for await (const _request of requests) yield { id: 0xabcn, ttl: this.renewal };
    }
    await new Promise((_resolve, reject) => {
      call?.signal?.addEventListener('abort', () => reject(call.signal?.reason));
    });
  }

  #range({ key, rangeEnd, maxCreateRevision = 0n, sortOrder, limit }: RangeRequest): RangeResponse {
    const found = this.#keys
      .filter((each) => isWithin(each.key, key, rangeEnd))
      .filter((each) => maxCreateRevision === 0n || each.createRevision <= maxCreateRevision)
      .sort((a, b) => Number(a.createRevision - b.createRevision));
    if (sortOrder === 2) found.reverse();
    return {
      header: header(this.#revision),
      kvs: found.slice(0, limit ? Number(limit) : found.length),
      more: false,
      count: BigInt(found.length),
    };
  }

  async *#watch(requests: AsyncIterable<WatchRequest>, call?: CallOptions): AsyncGenerator<WatchResponse> {
    const breaks = this.#breaks;
    for await (const { requestUnion } of requests) {
      if (requestUnion.$case !== 'createRequest') continue;
      const { key, rangeEnd, startRevision = 0n } = requestUnion.value;
      yield this.#response({ created: true });
      let next = startRevision;
      for (;;) {
        const found = this.#log.find(
          ({ revision, event }) => revision >= next && event.kv && isWithin(event.kv.key, key, rangeEnd),
        );
        if (found !== undefined) {
          next = found.revision + 1n;
          yield this.#response({ events: [found.event] });
        } else await this.#change(call);
        if (this.#breaks > breaks) throw new ServerError('the server went away', 'Unavailable');
      }
    }
  }

  async #change(call?: CallOptions): Promise<void> {
    call?.signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const wake = () => {
        this.#watchers.delete(wake);
        resolve();
      };
      this.#watchers.add(wake);
      call?.signal?.addEventListener('abort', () => reject(call.signal?.reason));
    });
  }

  #response(parts: Partial<WatchResponse>): WatchResponse {
    return {
      header: header(this.#revision),
      watchId: 0n,
      created: false,
      canceled: false,
      compactRevision: 0n,
      cancelReason: '',
      fragment: false,
      events: [],
      ...parts,
    };
  }

  #tell(event: Event): void {
    this.#log.push({ revision: this.#revision, event });
    for (const wake of this.#watchers) wake();
  }
}

function isWithin(key: Uint8Array, from: Uint8Array, end: Uint8Array | undefined): boolean {
  if (end === undefined) return Buffer.compare(key, from) === 0;
  return Buffer.compare(key, from) >= 0 && Buffer.compare(key, end) < 0;
}
