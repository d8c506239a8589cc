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

/** The statistics of a database file. */
export interface SnapshotStatus {
  /** CRC-32C. */
  readonly hash: number;
  readonly revision: bigint;
  readonly totalKeys: number;
  readonly totalSizeBytes: number;
  /** The version of the storage schema, empty before etcd 3.6; `undefined` for commands that do not print it. */
  readonly version: string | undefined;
}

/** The statistics of a snapshot in which no error was found. */
export interface VerifiedSnapshot {
  readonly path: string;
  /** `missing`: the file is a copy of a database, without the checksum that `snapshot save` appends. */
  readonly checksum: 'good' | 'missing';
  readonly buckets: number;
  readonly records: number;
  readonly databaseBytes: number;
}

/** A snapshot in a directory. What is absent is not known, because there is no manifest. */
export interface SnapshotEntry {
  /** Without the directory. */
  readonly file: string;
  /**
   * `snapshot list`: `complete`, `size differs`, `no manifest`, `no file`, `unfinished`. `snapshot verify`: `good` or `damaged`, and
   * `unfinished`.
   */
  readonly state: string;
  readonly problem?: string | undefined;
  readonly sizeBytes?: number | undefined;
  readonly cluster?: string | undefined;
  readonly clusterId?: string | undefined;
  readonly memberName?: string | undefined;
  readonly begin?: string | undefined;
  readonly revision?: bigint | undefined;
  readonly hash?: string | undefined;
  readonly keys?: number | undefined;
  readonly snapshotSizeBytes?: number | undefined;
  readonly compression?: string | undefined;
  readonly sha256?: string | undefined;
}

/** The hash of the key history in a database file. */
export interface FileHashKv {
  readonly hash: number;
  readonly hashRevision: bigint;
  /** −1 when the store was never compacted. */
  readonly compactRevision: bigint;
}
