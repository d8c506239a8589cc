import { CommandError } from '../../model/errors.js';
import { memberJson, memberKey } from '../backend/member-json.js';
import {
  FIRST_WITH_STORAGE_VERSION,
  isOlder,
  type MinorVersion,
  minorVersionText,
} from '../backend/meta-bucket.js';
import { encodeRevisionKey } from '../backend/revision-key.js';
import type { BucketEdit, Change, DatabaseEdits } from '../backend/rewrite.js';
import { BUCKETS, CLUSTER_KEYS, encodeNumber, META_KEYS } from '../backend/schema.js';
import type { ClusterPlan } from './cluster-plan.js';
import { RESTORED_TERM, restoredIndex } from './raft-files.js';

const MAX_REVISION = 2n ** 63n - 1n;

/** Values in the snapshot's database, before the edits. */
export interface SnapshotVersions {
  /** Main revision of the last change; 0 when there is none. */
  readonly lastRevision: bigint;
  readonly storageVersion: MinorVersion | undefined;
  readonly clusterVersion: MinorVersion | undefined;
}

export interface RestoreEditOptions {
  readonly plan: ClusterPlan;
  /**
   * Added to the revision, so that clients never see it decrease; 0: no bump. All revisions up to the new one are marked as compacted.
   */
  readonly revisionBump: bigint;
  /** The minor version of the server, which may be older than the snapshot. */
  readonly targetVersion?: MinorVersion | undefined;
}

/**
 * Replaces the members by those of the new cluster, and sets its raft index and term. Keys, leases, alarms, users and roles are kept. All
 * buckets that a server creates are created. The ConfState (`confState`) has the members of the new cluster; etcdutl leaves the old one
 * in the database.
 */
export function restoreEdits(options: RestoreEditOptions, versions: SnapshotVersions): DatabaseEdits {
  const { plan, targetVersion } = options;
  const edits = new Map<string, BucketEdit>(Object.values(BUCKETS).map((name) => [name, {}]));
  const members = plan.members.map((member) => put(memberKey(member.id), Buffer.from(memberJson(member))));
  edits.set(BUCKETS.members, { isCleared: true, changes: members });
  edits.set(BUCKETS.membersRemoved, { isCleared: true });
  edits.set(BUCKETS.cluster, { changes: clusterChanges(targetVersion, versions) });
  edits.set(BUCKETS.key, { changes: bumpMarker(options, versions) });
  edits.set(BUCKETS.meta, {
    changes: [
      put(META_KEYS.consistentIndex, encodeNumber(restoredIndex(plan))),
      put(META_KEYS.term, encodeNumber(RESTORED_TERM)),
      put(META_KEYS.confState, Buffer.from(confState(plan))),
      ...storageVersionChanges(targetVersion, versions),
      ...scheduledCompaction(options, versions),
    ],
  });
  return edits;
}

function confState({ members }: ClusterPlan): string {
  return `{"voters":[${members.map(({ id }) => id).join(',')}],"auto_leave":false}`;
}

/** The marker is a record with an empty value: the server continues from its revision. */
function bumpMarker(options: RestoreEditOptions, versions: SnapshotVersions): readonly Change[] {
  const bumped = bumpedRevision(options, versions);
  return bumped === undefined ? [] : [{ key: revisionKey(bumped), value: new Uint8Array(0) }];
}

/** The server runs this compaction at its first start. */
function scheduledCompaction(options: RestoreEditOptions, versions: SnapshotVersions): readonly Change[] {
  const bumped = bumpedRevision(options, versions);
  return bumped === undefined ? [] : [put(META_KEYS.scheduledCompaction, revisionKey(bumped))];
}

function bumpedRevision(
  { revisionBump }: RestoreEditOptions,
  versions: SnapshotVersions,
): bigint | undefined {
  if (revisionBump === 0n) return undefined;
  const bumped = versions.lastRevision + revisionBump;
  if (bumped <= MAX_REVISION) return bumped;
  throw new CommandError(
    `revision ${versions.lastRevision} cannot be bumped by ${revisionBump}: it would overflow`,
  );
}

/** A server rejects a database with a newer schema version. Up to 3.5 no schema version is recorded. */
function storageVersionChanges(
  target: MinorVersion | undefined,
  versions: SnapshotVersions,
): readonly Change[] {
  const { storageVersion } = versions;
  if (target === undefined || storageVersion === undefined || !isOlder(target, storageVersion)) return [];
  const recorded = isOlder(target, FIRST_WITH_STORAGE_VERSION)
    ? undefined
    : Buffer.from(`${minorVersionText(target)}.0`);
  return [put(META_KEYS.storageVersion, recorded)];
}

/** Without a recorded cluster version, the members of the new cluster agree on one after they have started. */
function clusterChanges(target: MinorVersion | undefined, versions: SnapshotVersions): readonly Change[] {
  if (target === undefined) return [];
  const { clusterVersion } = versions;
  const isNewer = clusterVersion !== undefined && isOlder(target, clusterVersion);
  return [
    put(CLUSTER_KEYS.downgrade, undefined),
    ...(isNewer ? [put(CLUSTER_KEYS.clusterVersion, undefined)] : []),
  ];
}

function put(key: string, value: Uint8Array | undefined): Change {
  return { key: Buffer.from(key), value };
}

function revisionKey(main: bigint): Uint8Array {
  return encodeRevisionKey({ main, sub: 0n, isTombstone: false });
}
