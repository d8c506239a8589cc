/**
 * # A directory of snapshots
 *
 * `snapshot save DIR/` writes each snapshot as `<cluster>-<UTC time>.db`, or `.db.zst`, and then, when that is verified and on disk, its
 * manifest as `<that name>.json`. A snapshot without a manifest was not completed. docs/backups.md documents the manifest.
 *
 * The order of snapshots is that of their sequence numbers, not of their times: a clock can go back.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { systemPath } from '../../go/file-path.js';

export const MANIFEST_SUFFIX = '.json';
const KIND = 'etcd-snapshot';
const SCHEMA_VERSION = 1;
const MAX_MANIFEST_BYTES = 64 << 10;

export interface SnapshotManifest {
  /** The name of the snapshot's file, without a directory. */
  readonly file: string;
  /** `--cluster-name`, or the cluster id in hexadecimal. */
  readonly cluster: string;
  /** Ids are in hexadecimal. */
  readonly clusterId: string;
  readonly memberId: string;
  readonly memberName: string;
  readonly endpoint: string;
  /** Higher than that of every earlier snapshot of this cluster in the directory. */
  readonly sequence: number;
  readonly revision: bigint;
  /** CRC-32C in hexadecimal, and the number of keys, as `etcdctl snapshot status` prints them. */
  readonly hash: string;
  readonly keys: number;
  /** Bytes of the file. */
  readonly size: number;
  /** Bytes of the snapshot, before compression. */
  readonly snapshotSize: number;
  /** Of the file, in hexadecimal. */
  readonly sha256: string;
  readonly compression: 'none' | 'zstd';
  readonly etcdVersion: string;
  readonly programVersion: string;
  /** When the snapshot was begun: RFC 3339, in UTC. */
  readonly begin: string;
  readonly durationMs: number;
}

export function encodeManifest({ revision, ...manifest }: SnapshotManifest): Uint8Array {
  const { file, ...rest } = manifest;
  const text = JSON.stringify({ kind: KIND, version: SCHEMA_VERSION, file, revision: 0, ...rest }, null, 2);
  // JSON.stringify rejects a bigint.
  return Buffer.from(`${text.replace('"revision": 0', `"revision": ${revision}`)}\n`);
}

/** Reads the manifest of a file; undefined when it is not one of this program, or not of the file. Never throws. */
export function readManifest(path: string, file: string): SnapshotManifest | undefined {
  try {
    return decodeManifest(readSmallFile(path), file);
  } catch {
    return undefined;
  }
}

function readSmallFile(path: string): string {
  const descriptor = openSync(systemPath(path), 'r');
  try {
    const status = fstatSync(descriptor);
    if (!status.isFile() || status.size > MAX_MANIFEST_BYTES) throw new Error('not a manifest');
    const bytes = Buffer.alloc(status.size);
    return bytes.toString('utf8', 0, readSync(descriptor, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(descriptor);
  }
}

type Fields = Readonly<Record<string, unknown>>;

function decodeManifest(text: string, file: string): SnapshotManifest | undefined {
  const fields = JSON.parse(text) as Fields;
  // A number of JSON is a double; the digits are in the text.
  const [, revision] = /"revision":\s*([0-9]{1,19})\b/.exec(text) ?? [];
  if (fields.kind !== KIND || fields.version !== SCHEMA_VERSION || fields.file !== file) return undefined;
  if (revision === undefined || !hasTypes(fields, 'string', TEXTS) || !hasTypes(fields, 'number', NUMBERS)) {
    return undefined;
  }
  if (!NUMBERS.every((name) => Number.isSafeInteger(fields[name]) && Number(fields[name]) >= 0)) {
    return undefined;
  }
  if (!/^[0-9a-f]{64}$/.test(String(fields.sha256))) return undefined;
  if (fields.compression !== 'none' && fields.compression !== 'zstd') return undefined;
  const { kind: _kind, version: _version, ...known } = fields;
  return { ...known, revision: BigInt(revision) } as unknown as SnapshotManifest;
}

const TEXTS = [
  'cluster',
  'clusterId',
  'memberId',
  'memberName',
  'endpoint',
  'hash',
  'sha256',
  'etcdVersion',
  'programVersion',
  'begin',
];
const NUMBERS = ['sequence', 'keys', 'size', 'snapshotSize', 'durationMs'];

function hasTypes(fields: Fields, type: 'string' | 'number', names: readonly string[]): boolean {
  return names.every((name) => typeof fields[name] === type);
}
