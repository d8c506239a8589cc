import type { BoltFile } from '../bolt/bolt-file.js';
import { readMetaValues } from './meta-values.js';
import { BUCKETS, CLUSTER_KEYS } from './schema.js';

/** A minor version of etcd: what decides about compatibility. */
export interface MinorVersion {
  readonly major: number;
  readonly minor: number;
}

/** Older ones record no version of the schema. */
export const FIRST_WITH_STORAGE_VERSION: MinorVersion = { major: 3, minor: 6 };

export function versionText({ major, minor }: MinorVersion): string {
  return `${major}.${minor}`;
}

export function isOlder(a: MinorVersion, b: MinorVersion): boolean {
  return a.major < b.major || (a.major === b.major && a.minor < b.minor);
}

/** `3.6` or `3.6.0`; undefined for anything else. */
export function parseMinorVersion(text: string | undefined): MinorVersion | undefined {
  const [, major, minor] = /^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})(?:\.|$)/.exec(text ?? '') ?? [];
  return major === undefined ? undefined : { major: Number(major), minor: Number(minor) };
}

/** What is behind this is no minor version any more. */
const LONGEST_VERSION_BYTES = 100;

export interface RecordedVersions {
  /** Of the database's schema; recorded since 3.6. */
  readonly storageVersion: MinorVersion | undefined;
  /** What the cluster's members had agreed on. */
  readonly clusterVersion: MinorVersion | undefined;
}

export function recordedVersions(bolt: BoltFile): RecordedVersions {
  const bucket = bolt.bucket(BUCKETS.cluster);
  const clusterVersion =
    bucket === undefined ? undefined : bolt.get(bucket, Buffer.from(CLUSTER_KEYS.clusterVersion));
  return {
    storageVersion: parseMinorVersion(readMetaValues(bolt).storageVersion),
    clusterVersion: parseMinorVersion(
      clusterVersion && Buffer.from(clusterVersion.subarray(0, LONGEST_VERSION_BYTES)).toString('utf8'),
    ),
  };
}
