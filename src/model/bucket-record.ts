import type { Permission } from './messages/auth.js';

/** A revision of the key history as records carry it. */
export interface RecordedRevision {
  readonly main: bigint;
  readonly sub: bigint;
}

/** One pair of one bucket of a database file, decoded if that was asked for and etcd's own tool decodes it. */
export type BucketRecord =
  | { readonly kind: 'raw'; readonly key: Uint8Array; readonly value: Uint8Array }
  | {
      readonly kind: 'change';
      readonly revision: RecordedRevision;
      readonly isTombstone: boolean;
      readonly key: Uint8Array;
      readonly value: Uint8Array;
      readonly createRevision: bigint;
      readonly modRevision: bigint;
      readonly version: bigint;
    }
  | { readonly kind: 'lease'; readonly id: bigint; readonly ttl: bigint; readonly remainingTtl: bigint }
  | { readonly kind: 'role'; readonly name: Uint8Array; readonly permissions: readonly Permission[] }
  | {
      readonly kind: 'user';
      readonly name: Uint8Array;
      readonly roles: readonly string[];
      /** Undefined: the record has none. */
      readonly options: { readonly noPassword: boolean } | undefined;
    }
  | { readonly kind: 'number'; readonly key: Uint8Array; readonly value: bigint }
  | { readonly kind: 'revision'; readonly key: Uint8Array; readonly value: RecordedRevision }
  /** A value of which each byte is a number. */
  | { readonly kind: 'bytes'; readonly key: Uint8Array; readonly value: Uint8Array };
