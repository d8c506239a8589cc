/**
 * The key space of the version 2 API: a tree of directories and keys. Every change has an index (client/v2/keys.go of
 * etcd 3.5). Keys and values are text, because the API uses JSON.
 */

export interface KeyNode {
  /** `/a/b`; empty for the root. */
  readonly key: string;
  readonly isDirectory: boolean;
  readonly value: string;
  /** The children of a directory; `undefined` when the response does not have them. */
  readonly nodes: readonly KeyNode[] | undefined;
  readonly createdIndex: bigint;
  readonly modifiedIndex: bigint;
  /** The server's text, an RFC 3339 time; `undefined`: the key does not expire. */
  readonly expiration: string | undefined;
  /** 0: the key does not expire. */
  readonly ttlSeconds: bigint;
}

export interface KeysResponse {
  /** `get`, `set`, `create`, `update`, `delete`, `compareAndSwap`, `compareAndDelete` or `expire`. */
  readonly action: string;
  readonly node: KeyNode;
  readonly previousNode: KeyNode | undefined;
  /** The cluster's index at the time of the response; 0 when the response does not have it. */
  readonly index: bigint;
}

export interface KeyGetRequest {
  readonly key: string;
  readonly recursive: boolean;
  readonly sorted: boolean;
  readonly quorum: boolean;
}

/** Conditions are optional. An empty `previousValue` and a `previousIndex` of 0 mean no condition. */
export interface KeySetRequest {
  readonly key: string;
  /** `undefined`: create or update a directory. */
  readonly value: string | undefined;
  readonly ttlSeconds?: bigint;
  readonly previousValue?: string;
  readonly previousIndex?: bigint;
  /** True: the key must exist. False: the key must not exist. */
  readonly mustExist?: boolean;
}

export interface KeyCreateInOrderRequest {
  readonly directory: string;
  readonly value: string;
  readonly ttlSeconds?: bigint;
}

export interface KeyDeleteRequest {
  readonly key: string;
  readonly directory: boolean;
  readonly recursive: boolean;
  readonly previousValue?: string;
  readonly previousIndex?: bigint;
}

export interface KeyPollRequest {
  readonly key: string;
  readonly recursive: boolean;
  /** Wait for the first change at or after this index; 0: for the next change. */
  readonly waitIndex: bigint;
}

/** The TTL that etcdctl sends: it converts the seconds to a `time.Duration`, in which large values overflow and wrap around. */
export function ttlFromFlag(seconds: bigint): bigint {
  const nanoseconds = BigInt.asIntN(64, seconds * 1_000_000_000n);
  return nanoseconds > 0n ? nanoseconds / 1_000_000_000n : 0n;
}

/** The index that etcdctl sends: it converts Go's int to an unsigned integer. */
export function indexFromFlag(index: bigint): bigint {
  return BigInt.asUintN(64, index);
}
