import type { BoltFile } from '../bolt/bolt-file.js';
import { decodeRevisionKey } from './revision-key.js';
import { BUCKETS, CLUSTER_KEYS, decodeNumber, META_KEYS } from './schema.js';

/** The values of the bucket `meta`. Missing and malformed values are undefined. */
interface MetaValues {
  readonly consistentIndex: bigint | undefined;
  readonly term: bigint | undefined;
  /** Main revisions. */
  readonly scheduledCompaction: bigint | undefined;
  readonly finishedCompaction: bigint | undefined;
  readonly storageVersion: string | undefined;
}

/** Longer values are ignored. All values that are read here are much shorter. */
const MAX_VALUE_BYTES = 1024;
/** `version` in three numbers, as etcd writes it; a suffix such as `-rc.1` is allowed. */
const SEMANTIC_VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:[-+][0-9A-Za-z.+-]*)?$/;

export function readMetaValues(bolt: BoltFile): MetaValues {
  const bucket = bolt.bucket(BUCKETS.meta);
  const values = new Map<string, Uint8Array>();
  const known = new Set<string>(Object.values(META_KEYS));
  for (const { key, value } of bucket === undefined ? [] : bolt.pairs(bucket)) {
    const name = Buffer.from(key).toString('latin1');
    if (known.has(name) && value.length <= MAX_VALUE_BYTES) values.set(name, new Uint8Array(value));
  }
  const text = (name: string) => {
    const value = values.get(name);
    return value === undefined ? undefined : Buffer.from(value).toString('utf8');
  };
  const storageVersion = text(META_KEYS.storageVersion);
  return {
    consistentIndex: numberOf(values.get(META_KEYS.consistentIndex)),
    term: numberOf(values.get(META_KEYS.term)),
    scheduledCompaction: mainRevision(values.get(META_KEYS.scheduledCompaction)),
    finishedCompaction: mainRevision(values.get(META_KEYS.finishedCompaction)),
    storageVersion: SEMANTIC_VERSION.test(storageVersion ?? '') ? storageVersion : undefined,
  };
}

function numberOf(value: Uint8Array | undefined): bigint | undefined {
  return value?.length === 8 ? decodeNumber(value) : undefined;
}

function mainRevision(value: Uint8Array | undefined): bigint | undefined {
  if (value === undefined) return undefined;
  try {
    return decodeRevisionKey(value).main;
  } catch {
    return undefined;
  }
}

/** A minor version of etcd. Storage compatibility is decided by minor versions. */
export interface MinorVersion {
  readonly major: number;
  readonly minor: number;
}

/** Older versions record no schema version. */
export const FIRST_WITH_STORAGE_VERSION: MinorVersion = { major: 3, minor: 6 };

/** `3.6` */
export function minorVersionText({ major, minor }: MinorVersion): string {
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

/** A version text is cut to this length before it is parsed. */
const MAX_VERSION_BYTES = 100;

interface RecordedVersions {
  /** The schema version of the database, recorded since 3.6. */
  readonly storageVersion: MinorVersion | undefined;
  /** The version that the members of the cluster have agreed on. */
  readonly clusterVersion: MinorVersion | undefined;
}

export function recordedVersions(bolt: BoltFile): RecordedVersions {
  const bucket = bolt.bucket(BUCKETS.cluster);
  const clusterVersion =
    bucket === undefined ? undefined : bolt.get(bucket, Buffer.from(CLUSTER_KEYS.clusterVersion));
  return {
    storageVersion: parseMinorVersion(readMetaValues(bolt).storageVersion),
    clusterVersion: parseMinorVersion(
      clusterVersion && Buffer.from(clusterVersion.subarray(0, MAX_VERSION_BYTES)).toString('utf8'),
    ),
  };
}
