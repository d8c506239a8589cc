/** mvccpb.Event and the Watch service of etcdserverpb (etcd api/v3). */
import type { ResponseHeader } from './header.js';
import type { KeyValue } from './kv.js';

/** Numbers of mvccpb.Event.EventType. */
export const EventType = { put: 0, delete: 1 } as const;

export interface Event {
  /** A number of `EventType`. */
  readonly type: number;
  /** For a deletion, only `key` and `modRevision` are set. */
  readonly kv?: KeyValue | undefined;
  readonly prevKv?: KeyValue | undefined;
}

/** The events of a response, in their order: an array, or events that are decoded while they are iterated. */
export interface Events extends Iterable<Event> {
  readonly length: number;
  at(index: number): Event | undefined;
  /** @param start not negative */
  slice(start: number): Events;
  /** Frees the memory of the events. Neither they nor their bytes may be used afterwards. */
  free?(): void;
}

export interface WatchCreateRequest {
  readonly key: Uint8Array;
  readonly rangeEnd?: Uint8Array;
  readonly startRevision?: bigint;
  readonly progressNotify?: boolean;
  readonly prevKv?: boolean;
  readonly watchId?: bigint;
  /** Lets the server split one revision's events into several responses. */
  readonly fragment?: boolean;
}

export interface WatchRequest {
  readonly requestUnion:
    | { readonly $case: 'createRequest'; readonly value: WatchCreateRequest }
    | { readonly $case: 'cancelRequest'; readonly value: { readonly watchId: bigint } }
    | { readonly $case: 'progressRequest'; readonly value: Record<string, never> };
}

export interface WatchResponse {
  readonly header?: ResponseHeader | undefined;
  readonly watchId: bigint;
  readonly created: boolean;
  readonly canceled: boolean;
  /** Above 0: the watch is canceled, because it asked for revisions below this one, which are compacted. */
  readonly compactRevision: bigint;
  readonly cancelReason: string;
  /** More events of the same revision follow in the next response. */
  readonly fragment: boolean;
  readonly events: Events;
}
