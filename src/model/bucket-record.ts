import type { Permission } from './messages/auth.js';

/** A revision as the records in a database file have it. */
export interface RecordedRevision {
  readonly main: bigint;
  readonly sub: bigint;
}

/** One key-value pair of a bucket of a database file: raw, or decoded as etcd-dump-db decodes it. */
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
      /** `undefined` when the record has no options. */
      readonly options: { readonly noPassword: boolean } | undefined;
    }
  | { readonly kind: 'number'; readonly key: Uint8Array; readonly value: bigint }
  | { readonly kind: 'revision'; readonly key: Uint8Array; readonly value: RecordedRevision }
  /** A value that is printed as a list of numbers, one for each byte. */
  | { readonly kind: 'bytes'; readonly key: Uint8Array; readonly value: Uint8Array };
