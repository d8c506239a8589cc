/**
 * The key space of the version 2 API: a tree of directories and of keys with values, in which every change has an index
 * (client/v2/keys.go of etcd 3.5). Keys and values are text: they travel as JSON.
 */

export interface KeyNode {
  /** `/a/b`; empty for the root. */
  readonly key: string;
  readonly isDirectory: boolean;
  readonly value: string;
  /** What is in a directory; `undefined` where the server says nothing about it. */
  readonly nodes: readonly KeyNode[] | undefined;
  readonly createdIndex: bigint;
  readonly modifiedIndex: bigint;
  /** RFC 3339, as the server wrote it; `undefined`: it does not expire. */
  readonly expiration: string | undefined;
  /** 0: it does not expire. */
  readonly ttlSeconds: bigint;
}

export interface KeysResponse {
  /** `get`, `set`, `create`, `update`, `delete`, `compareAndSwap`, `compareAndDelete` or `expire`. */
  readonly action: string;
  readonly node: KeyNode;
  readonly previousNode: KeyNode | undefined;
  /** The cluster's index when the server answered; 0 when it did not say. */
  readonly index: bigint;
}

export interface KeyGetRequest {
  readonly key: string;
  readonly recursive: boolean;
  readonly sorted: boolean;
  readonly quorum: boolean;
}

/** Absent conditions are none; an empty value and index 0 cannot be asked for. */
export interface KeySetRequest {
  readonly key: string;
  /** `undefined` makes a directory. */
  readonly value: string | undefined;
  readonly ttlSeconds?: bigint;
  readonly previousValue?: string;
  readonly previousIndex?: bigint;
  /** Whether the key has to be there already, or must not be. */
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
  /** The first index of interest; 0: the next change. */
  readonly waitIndex: bigint;
}

/** Go's int, which etcdctl takes for seconds of a `time.Duration`: what overflows that wraps round. */
export function ttlFromFlag(seconds: bigint): bigint {
  const nanoseconds = BigInt.asIntN(64, seconds * 1_000_000_000n);
  return nanoseconds > 0n ? nanoseconds / 1_000_000_000n : 0n;
}

/** Go's int as the unsigned number that the server is asked for. */
export function indexFromFlag(index: bigint): bigint {
  return BigInt.asUintN(64, index);
}
