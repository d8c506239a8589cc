import { createHash } from 'node:crypto';
import { joinPath } from '../../go/file-path.js';
import { FileByteSource } from '../byte-source.js';
import { isNameFree, readDirectory, statOf } from '../directory.js';
import { LongTask, type LongTaskOptions } from '../long-task.js';
import { MANIFEST_SUFFIX, readManifest, type SnapshotManifest } from './manifest.js';

export type SnapshotState =
  /** There is a manifest, and the file has the size that is in it. */
  | 'complete'
  | 'size differs'
  /** A snapshot that was not made by this program, or whose save was killed before the manifest was written. */
  | 'no manifest'
  /** A manifest whose file is gone. */
  | 'no file'
  /** What a save has written so far of a snapshot or a manifest, or had written when it was killed. */
  | 'unfinished';

export interface ListedSnapshot {
  /** Without the directory. */
  readonly file: string;
  readonly state: SnapshotState;
  /** Of the file; undefined when there is none. */
  readonly sizeBytes: number | undefined;
  readonly manifest: SnapshotManifest | undefined;
}

/** Names of snapshots. Other files in the directory are ignored. */
const SNAPSHOT_NAME = /\.db(?:\.zst|\.gz)?$/;
export const PART_SUFFIX = '.part';
/** Of a snapshot, or of its manifest. */
const PART_NAME = /\.db(?:\.zst|\.gz)?(?:\.json)?\.part$/;

/**
 * The snapshots in the directory: those without a manifest, and then cluster by cluster, that of the newest complete snapshot at the end; in
 * each the oldest first. Throws a `CommandError`.
 */
export function listSnapshots(directory: string): ListedSnapshot[] {
  const files = new Set<string>();
  for (const name of readDirectory(directory)) {
    const snapshot = name.endsWith(MANIFEST_SUFFIX) ? name.slice(0, -MANIFEST_SUFFIX.length) : name;
    if (SNAPSHOT_NAME.test(snapshot)) files.add(snapshot);
    else if (PART_NAME.test(name)) files.add(name);
  }
  return inOrder([...files].flatMap((file) => listed(directory, file)));
}

function listed(directory: string, file: string): ListedSnapshot[] {
  const status = statOf(joinPath(directory, file));
  const sizeBytes = status?.isFile() ? status.size : undefined;
  const manifest = readManifest(joinPath(directory, `${file}${MANIFEST_SUFFIX}`), file);
  if (sizeBytes === undefined && manifest === undefined) return [];
  return [{ file, state: stateOf(file, sizeBytes, manifest), sizeBytes, manifest }];
}

/** As when a save that keeps a number of snapshots has removed it since it was listed. */
export function isGone(directory: string, { file }: Pick<ListedSnapshot, 'file'>): boolean {
  return [file, `${file}${MANIFEST_SUFFIX}`].every((name) => isNameFree(joinPath(directory, name)));
}

function stateOf(
  file: string,
  sizeBytes: number | undefined,
  manifest: SnapshotManifest | undefined,
): SnapshotState {
  if (file.endsWith(PART_SUFFIX)) return 'unfinished';
  if (manifest === undefined) return 'no manifest';
  if (sizeBytes === undefined) return 'no file';
  return sizeBytes === manifest.size ? 'complete' : 'size differs';
}

function inOrder(snapshots: readonly ListedSnapshot[]): ListedSnapshot[] {
  const lastBegins = new Map<string, string>();
  for (const { state, manifest } of snapshots) {
    if (state !== 'complete' || manifest === undefined) continue;
    const last = lastBegins.get(manifest.cluster) ?? '';
    if (manifest.begin > last) lastBegins.set(manifest.cluster, manifest.begin);
  }
  const placeOf = ({ file, manifest }: ListedSnapshot): string => {
    const { cluster = '', sequence = 0, begin = '' } = manifest ?? {};
    const fields = [lastBegins.get(cluster) ?? '', cluster, String(sequence).padStart(16, '0'), begin, file];
    return fields.join('\0');
  };
  return snapshots
    .map((snapshot) => ({ snapshot, place: placeOf(snapshot) }))
    .sort((a, b) => (a.place < b.place ? -1 : 1))
    .map(({ snapshot }) => snapshot);
}

/** The SHA-256 of the file, in hexadecimal. Progress counts bytes. Throws `CommandError` and `CorruptFileError`. */
export async function fileSha256(path: string, options: LongTaskOptions = {}): Promise<string> {
  const source = FileByteSource.open(path);
  try {
    const task = new LongTask(source.sizeBytes, options);
    const hash = createHash('sha256');
    for (let offset = 0; offset < source.sizeBytes; offset += CHUNK_BYTES) {
      const length = Math.min(CHUNK_BYTES, source.sizeBytes - offset);
      hash.update(source.read(offset, length));
      if (task.shouldYield(length)) await task.yield();
    }
    return hash.digest('hex');
  } finally {
    source.close();
  }
}

const CHUNK_BYTES = 1 << 20;
