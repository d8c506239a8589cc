/** The Lease service of etcdserverpb (etcd api/v3). Times to live are in seconds. */
import type { ResponseHeader } from './header.js';

export interface LeaseGrantRequest {
  readonly ttl: bigint;
  /** 0: the server chooses. */
  readonly id?: bigint;
}

export interface LeaseGrantResponse {
  readonly header?: ResponseHeader | undefined;
  readonly id: bigint;
  readonly ttl: bigint;
  readonly error: string;
}

export interface LeaseRevokeRequest {
  readonly id: bigint;
}

export interface LeaseRevokeResponse {
  readonly header?: ResponseHeader | undefined;
}

export interface LeaseKeepAliveRequest {
  readonly id: bigint;
}

export interface LeaseKeepAliveResponse {
  readonly header?: ResponseHeader | undefined;
  readonly id: bigint;
  /** 0: the lease is gone. */
  readonly ttl: bigint;
}

export interface LeaseTimeToLiveRequest {
  readonly id: bigint;
  readonly keys?: boolean;
}

export interface LeaseTimeToLiveResponse {
  readonly header?: ResponseHeader | undefined;
  readonly id: bigint;
  /** -1: the lease is gone. */
  readonly ttl: bigint;
  readonly grantedTtl: bigint;
  readonly keys: readonly Uint8Array[];
}

export interface LeaseLeasesResponse {
  readonly header?: ResponseHeader | undefined;
  readonly leases: readonly { readonly id: bigint }[];
}
