/** What a group of keys takes. All are bytes of keys and values themselves, without what the database adds. */
export interface StoreTotals {
  readonly keys: number;
  readonly keyBytes: number;
  readonly valueBytes: number;
  /** Older revisions and deletions, with their bytes. Only a file shows them; absent for a cluster. */
  readonly oldRevisions?: number;
  readonly oldBytes?: number;
}

/** The keys with a common prefix, a resource or a namespace of Kubernetes. */
export interface StoreGroup extends StoreTotals {
  /** A prefix ends with a separator, unless it is that of keys without one. */
  readonly name: Uint8Array;
}

/** Groups that are not listed, because they are beyond the limit. */
export interface OtherGroups extends StoreTotals {
  readonly groups: number;
}

export interface StoreGroups {
  readonly by: 'prefix' | 'resource' | 'namespace';
  readonly groups: readonly StoreGroup[];
  /** Absent when all groups are listed. */
  readonly others?: OtherGroups;
}

export type StoreSort = 'bytes' | 'keys';

/** What the database file of a snapshot takes. */
export interface FileUse {
  readonly path: string;
  readonly sizeBytes: number;
  readonly freeBytes: number;
}

/** The result of `top`. */
export interface StoreUse {
  readonly revision: bigint;
  /** Absent for a cluster. */
  readonly file?: FileUse;
  readonly total: StoreTotals;
  readonly sort: StoreSort;
  /** The number of separators in the prefixes; 0 for the groups of Kubernetes. */
  readonly depth: number;
  readonly tables: readonly StoreGroups[];
}
