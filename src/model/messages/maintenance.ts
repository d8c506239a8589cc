/** The Maintenance service of etcdserverpb (etcd api/v3). */
import type { ResponseHeader } from './header.js';

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
  /** A number of `AlarmType`, or an alarm of a newer server. */
  readonly alarm: number;
}

export interface AlarmResponse {
  readonly header?: ResponseHeader | undefined;
  readonly alarms: readonly AlarmMember[];
}

/** One part of a snapshot stream. The last 32 bytes of the concatenated blobs are the SHA-256 of the bytes before them. */
export interface SnapshotResponse {
  readonly header?: ResponseHeader | undefined;
  readonly remainingBytes: bigint;
  readonly blob: Uint8Array;
  /** Storage version of the server, `3.6.0`; empty before etcd 3.6. */
  readonly version: string;
}

export interface StatusResponse {
  readonly header?: ResponseHeader | undefined;
  readonly version: string;
  readonly dbSize: bigint;
  /** Member id, 0 when there is no leader. */
  readonly leader: bigint;
  readonly raftIndex: bigint;
  readonly raftTerm: bigint;
  readonly raftAppliedIndex: bigint;
  readonly errors: readonly string[];
  readonly dbSizeInUse: bigint;
  readonly isLearner: boolean;
  /** Empty before etcd 3.6. */
  readonly storageVersion: string;
  readonly dbSizeQuota: bigint;
  readonly downgradeInfo?: DowngradeInfo | undefined;
}

export interface DowngradeInfo {
  readonly enabled: boolean;
  readonly targetVersion: string;
}

export interface DefragmentResponse {
  readonly header?: ResponseHeader | undefined;
}

export interface HashKvRequest {
  /** 0: the newest revision. */
  readonly revision?: bigint;
}

export interface HashKvResponse {
  readonly header?: ResponseHeader | undefined;
  readonly hash: number;
  readonly compactRevision: bigint;
  readonly hashRevision: bigint;
}

export interface MoveLeaderRequest {
  readonly targetId: bigint;
}

export interface MoveLeaderResponse {
  readonly header?: ResponseHeader | undefined;
}

/** Numbers of etcdserverpb.DowngradeRequest.DowngradeAction. */
export const DowngradeAction = { validate: 0, enable: 1, cancel: 2 } as const;
export type DowngradeAction = (typeof DowngradeAction)[keyof typeof DowngradeAction];

export interface DowngradeRequest {
  readonly action: DowngradeAction;
  /** `3.5`; empty to cancel. */
  readonly version?: string;
}

export interface DowngradeResponse {
  readonly header?: ResponseHeader | undefined;
  readonly version: string;
}
