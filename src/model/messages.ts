/**
 * What etcd says and hears, in plain data. 64-bit numbers are bigint, keys and values are bytes. Responses carry every field;
 * requests may leave out those that keep their default. Source: etcd api/v3 (etcdserverpb, mvccpb).
 */

export interface ResponseHeader {
  readonly clusterId: bigint;
  readonly memberId: bigint;
  readonly revision: bigint;
  readonly raftTerm: bigint;
}

export interface KeyValue {
  readonly key: Uint8Array;
  readonly createRevision: bigint;
  readonly modRevision: bigint;
  /** Number of writes since the key was last created; 0 never occurs in a live key. */
  readonly version: bigint;
  readonly value: Uint8Array;
  /** Lease id, 0 for none. */
  readonly lease: bigint;
}

/** Numbers of etcdserverpb.RangeRequest.SortOrder. */
export const SortOrder = { none: 0, ascend: 1, descend: 2 } as const;
export type SortOrder = (typeof SortOrder)[keyof typeof SortOrder];

/** Numbers of etcdserverpb.RangeRequest.SortTarget. */
export const SortTarget = { key: 0, version: 1, create: 2, mod: 3, value: 4 } as const;
export type SortTarget = (typeof SortTarget)[keyof typeof SortTarget];

export interface RangeRequest {
  readonly key: Uint8Array;
  readonly rangeEnd?: Uint8Array;
  readonly limit?: bigint;
  readonly revision?: bigint;
  readonly sortOrder?: SortOrder;
  readonly sortTarget?: SortTarget;
  readonly serializable?: boolean;
  readonly keysOnly?: boolean;
  readonly countOnly?: boolean;
  readonly minModRevision?: bigint;
  readonly maxModRevision?: bigint;
  readonly minCreateRevision?: bigint;
  readonly maxCreateRevision?: bigint;
}

export interface RangeResponse {
  readonly header?: ResponseHeader | undefined;
  readonly kvs: readonly KeyValue[];
  readonly more: boolean;
  readonly count: bigint;
}

/** One part of a streamed range (etcd 3.7): the parts' `kvs` follow each other, the last part has the totals. */
export interface RangeStreamResponse {
  readonly rangeResponse?: RangeResponse | undefined;
}

export interface PutRequest {
  readonly key: Uint8Array;
  readonly value?: Uint8Array;
  readonly lease?: bigint;
  readonly prevKv?: boolean;
  readonly ignoreValue?: boolean;
  readonly ignoreLease?: boolean;
}

export interface PutResponse {
  readonly header?: ResponseHeader | undefined;
  readonly prevKv?: KeyValue | undefined;
}

export interface DeleteRangeRequest {
  readonly key: Uint8Array;
  readonly rangeEnd?: Uint8Array;
  readonly prevKv?: boolean;
}

export interface DeleteRangeResponse {
  readonly header?: ResponseHeader | undefined;
  readonly deleted: bigint;
  readonly prevKvs: readonly KeyValue[];
}

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

/** Numbers of etcdserverpb.AlarmRequest.AlarmAction and AlarmType. */
export const AlarmAction = { get: 0, activate: 1, deactivate: 2 } as const;
export const AlarmType = { none: 0, noSpace: 1, corrupt: 2 } as const;

export interface AlarmRequest {
  readonly action?: (typeof AlarmAction)[keyof typeof AlarmAction];
  readonly memberId?: bigint;
  readonly alarm?: (typeof AlarmType)[keyof typeof AlarmType];
}

export interface AlarmMember {
  readonly memberId: bigint;
  /** A number of `AlarmType`, or one that a newer server knows. */
  readonly alarm: number;
}

export interface AlarmResponse {
  readonly header?: ResponseHeader | undefined;
  readonly alarms: readonly AlarmMember[];
}

/** One part of a snapshot stream. The last 32 bytes of all blobs together are the SHA-256 of those before them. */
export interface SnapshotResponse {
  readonly header?: ResponseHeader | undefined;
  readonly remainingBytes: bigint;
  readonly blob: Uint8Array;
  /** Storage version of the server, `3.6.0`; empty before etcd 3.6. */
  readonly version: string;
}
