/** The Cluster service of etcdserverpb (etcd api/v3). */
import type { ResponseHeader } from './header.js';

export interface Member {
  readonly id: bigint;
  readonly name: string;
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
  readonly isLearner: boolean;
}

export interface MemberListRequest {
  readonly linearizable?: boolean;
}

export interface MemberListResponse {
  readonly header?: ResponseHeader | undefined;
  readonly members: readonly Member[];
}

export interface MemberAddRequest {
  readonly peerUrls: readonly string[];
  readonly isLearner?: boolean;
}

export interface MemberAddResponse {
  readonly header?: ResponseHeader | undefined;
  readonly member?: Member | undefined;
  /** All members, the new one included. */
  readonly members: readonly Member[];
}

export interface MemberRemoveRequest {
  readonly id: bigint;
}

export interface MemberUpdateRequest {
  readonly id: bigint;
  readonly peerUrls: readonly string[];
}

export interface MemberPromoteRequest {
  readonly id: bigint;
}

/** The response of remove, update and promote. */
export interface MembersResponse {
  readonly header?: ResponseHeader | undefined;
  readonly members: readonly Member[];
}
