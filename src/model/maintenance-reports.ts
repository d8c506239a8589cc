/** What the maintenance commands that etcdctl does not have report. */

/** `untouched`: the work stopped before this member's turn. */
export type RollingDefragState = 'planned' | 'skipped' | 'defragmented' | 'failed' | 'untouched';

/** A member in a rolling defragmentation. */
export interface RollingDefragMember {
  readonly endpoint: string;
  readonly id: bigint;
  readonly name: string;
  readonly role: 'leader' | 'follower' | 'learner';
  readonly state: RollingDefragState;
  /** Before the work: the size of the file, and how much of it is not in use. */
  readonly sizeBytes: bigint;
  readonly unusedBytes: bigint;
  /** After the work; `undefined` for a member that was not defragmented. */
  readonly newSizeBytes: bigint | undefined;
  /** A Go duration; `undefined` for a member whose turn did not come. */
  readonly took: string | undefined;
  /** Why it was skipped, or failed. */
  readonly reason: string | undefined;
}

/** A rolling defragmentation: planned, done, or stopped. */
export interface RollingDefrag {
  readonly isDryRun: boolean;
  readonly movesLeader: boolean;
  /** In the order of the work. */
  readonly members: readonly RollingDefragMember[];
  /** Why it stopped; empty: it did not. */
  readonly problems: readonly string[];
}

/** A step of a command that changes a cluster in several steps. `untouched`: the work stopped before it. */
export interface MaintenanceStep {
  /** One word, such as `compact`. */
  readonly name: string;
  readonly state: 'planned' | 'skipped' | 'done' | 'failed' | 'untouched';
  /** What it does, or why it is skipped, as a sentence without a full stop. */
  readonly text: string;
}

/** A member and its database: before the work, and after it. */
export interface RecoveryMember {
  readonly endpoint: string;
  readonly id: bigint;
  readonly name: string;
  /** Whether it has the alarm NOSPACE. */
  readonly isFull: boolean;
  readonly sizeBytes: bigint;
  readonly inUseBytes: bigint;
  /** `undefined`: unknown or without limit. */
  readonly quotaBytes: bigint | undefined;
  /** `undefined` when nothing was done. */
  readonly newSizeBytes: bigint | undefined;
}

/** The way out of NOSPACE: planned, done, or stopped. */
export interface AlarmRecovery {
  readonly isDryRun: boolean;
  /** Of the key-value store. */
  readonly revision: bigint;
  /** Before the work; 0: never compacted. */
  readonly compactedRevision: bigint;
  readonly members: readonly RecoveryMember[];
  /** Empty: there is no alarm NOSPACE. */
  readonly steps: readonly MaintenanceStep[];
  /** Why it stopped; empty: it did not. */
  readonly problems: readonly string[];
}

/** The replacement of a member: planned, done, or stopped. */
export interface MemberReplacement {
  readonly isDryRun: boolean;
  /** `undefined`: it has been removed already. */
  readonly old: { readonly id: bigint; readonly name: string } | undefined;
  readonly replacement: {
    /** `undefined` until it is added. */
    readonly id: bigint | undefined;
    readonly name: string;
    readonly peerUrls: readonly string[];
  };
  /** The environment variables to start the new member with; empty until it is added, and when it has started. */
  readonly settings: readonly { readonly name: string; readonly value: string }[];
  /** Empty: the member has been replaced already. */
  readonly steps: readonly MaintenanceStep[];
  /** Why it stopped; empty: it did not. */
  readonly problems: readonly string[];
}

/** A setting of a restored member, by the name of its flag. */
export interface RestoreSetting {
  readonly name: string;
  readonly value: string;
  /** A flag, the path of a file, or words. */
  readonly origin: string;
}

/** A restore on the node of a member: planned, done, or stopped. */
export interface LocalRestore {
  readonly isDryRun: boolean;
  readonly snapshot: string;
  readonly settings: readonly RestoreSetting[];
  /** Where the old data goes, or is; empty when there is none. */
  readonly oldDirectories: readonly string[];
  /** The other members of the new cluster, and the command to restore each of them with; absent when there is none. */
  readonly others: { readonly names: readonly string[]; readonly command: string } | undefined;
  readonly steps: readonly MaintenanceStep[];
  readonly recommendations: readonly string[];
  /** What to do when all members are restored. */
  readonly afterwards: readonly string[];
  /** Why it is refused, or stopped; empty: it is not. */
  readonly problems: readonly string[];
}
