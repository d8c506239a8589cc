import { createHash } from 'node:crypto';
import { statfsSync } from 'node:fs';
import type { CommandContext } from '../../../cli/context.js';
import { formatByteSize } from '../../../go/byte-size.js';
import { joinPath, systemPath } from '../../../go/file-path.js';
import { CommandError, Failure } from '../../../model/errors.js';
import { ETCD_VERSION } from '../../../model/etcd-version.js';
import type { StatusResponse } from '../../../model/messages/maintenance.js';
import { collectGarbage } from '../../../runtime/collect-garbage.js';
import { keepNewSpaceSmall } from '../../../runtime/new-space.js';
import { AtomicFile } from '../../../storage/atomic-file.js';
import { snapshotStatus } from '../../../storage/backend/snapshot-status.js';
import { BoltFile } from '../../../storage/bolt/bolt-file.js';
import { openDatabase } from '../../../storage/compressed/open-database.js';
import { statOf } from '../../../storage/directory.js';
import type { SnapshotTarget } from '../../../storage/snapshot/target.js';
import { verifySnapshot } from '../../../storage/snapshot/verify.js';
import {
  encodeManifest,
  MANIFEST_SUFFIX,
  type SnapshotManifest,
} from '../../../storage/snapshot-directory/manifest.js';
import { nextSequence, removeAbandoned, rotate } from '../../../storage/snapshot-directory/rotation.js';
import { withProgress } from '../../files/database-file.js';
import { memberNames } from './pick.js';
import { NothingReceivedError, receiveSnapshot } from './receive.js';
import { compressedIf, fileTarget, type SnapshotSaveOptions, type SnapshotSource } from './save.js';

export interface SavedInDirectory {
  readonly path: string;
  readonly serverVersion: string;
  readonly manifest: SnapshotManifest;
}

/** What the names of a cluster's snapshots begin with. */
const prefixOf = (cluster: string) => `${cluster}-`;

/**
 * Saves a snapshot and its manifest in the directory. Rejects with a `CommandError`; after a failure there is neither, and older snapshots
 * are as they were.
 */
export async function saveInDirectory(
  options: SnapshotSaveOptions,
  context: CommandContext,
  source: SnapshotSource,
): Promise<SavedInDirectory> {
  const { path: directory, compresses } = options;
  if (!statOf(directory)?.isDirectory()) throw new CommandError(`${directory} is not a directory`);
  const begin = new Date();
  const member = await describeMember(source, context);
  const cluster = options.clusterName || member.clusterId;
  for (const name of removeAbandoned(directory, prefixOf(cluster), begin.getTime())) {
    context.notices.line(`removed ${joinPath(directory, name)}, which a save had left unfinished`);
  }
  requireRoom(directory, member.status);
  const { file, name } = await createFile(directory, { cluster, begin, compresses });
  try {
    const target = new HashedTarget(fileTarget(file));
    const path = joinPath(directory, name);
    const { serverVersion, sizeBytes } = await receiveSnapshot(
      { ...source, name: path },
      await compressedIf(compresses, target),
      context,
    );
    await file.sync();
    const contents = await readBack(file.partPath, context);
    const manifest = await commitWithManifest(file, path, () => ({
      file: name,
      cluster,
      clusterId: member.clusterId,
      memberId: member.memberId,
      memberName: member.memberName,
      endpoint: source.endpoint,
      sequence: nextSequence(directory, cluster),
      ...contents,
      ...target.digest(),
      snapshotSize: sizeBytes,
      compression: compresses ? 'zstd' : 'none',
      etcdVersion: member.status.version,
      programVersion: ETCD_VERSION,
      begin: begin.toISOString(),
      durationMs: Math.max(0, Date.now() - begin.getTime()),
    }));
    return { path, serverVersion, manifest };
  } finally {
    await file.discard();
  }
}

/** Removes older snapshots. Rejects with a `CommandError` when that fails: the new one is there all the same. */
export async function rotateDirectory(
  { path: directory, keep }: SnapshotSaveOptions,
  newest: SnapshotManifest,
  context: CommandContext,
): Promise<void> {
  try {
    const { removed, problems } = await withProgress(`Checking ${directory}`, context, (taskOptions) =>
      rotate(directory, { newest, keep }, taskOptions),
    );
    for (const problem of problems) context.notices.line(problem);
    const text = removed.map((name) => `Removed ${joinPath(directory, name)}\n`).join('');
    if (text !== '') await context.emit({ kind: 'text', text });
  } catch (cause) {
    if (!(cause instanceof Failure)) throw cause;
    throw new CommandError(`the snapshot is saved, but older ones are not removed: ${cause.message}`, {
      cause,
      reasons: cause.reasons,
    });
  }
}

interface SavedMember {
  readonly clusterId: string;
  readonly memberId: string;
  /** Empty when the members cannot be listed. */
  readonly memberName: string;
  readonly status: StatusResponse;
}

/** Rejects with a `NothingReceivedError` when there is another member to ask. */
async function describeMember(source: SnapshotSource, context: CommandContext): Promise<SavedMember> {
  try {
    return await askMember(source, context);
  } catch (cause) {
    if (source.maxWaitMs === undefined || !(cause instanceof Failure)) throw cause;
    throw new NothingReceivedError(cause);
  }
}

async function askMember(
  { client }: Pick<SnapshotSource, 'client'>,
  { signal }: CommandContext,
): Promise<SavedMember> {
  const call = { signal, maxTimeoutMs: DESCRIBE_TIMEOUT_MS };
  const status = await client.maintenance.status({}, call);
  const { clusterId = 0n, memberId = 0n } = status.header ?? {};
  const [cluster = '', member = ''] = [clusterId, memberId].map((id) => id.toString(16));
  const memberName = (await memberNames(client, call)).get(memberId) ?? '';
  return { clusterId: cluster, memberId: member, memberName, status };
}

const DESCRIBE_TIMEOUT_MS = 5000;

/** Left free for the manifest, and for what else is written meanwhile. */
const SPARE_BYTES = 1 << 20;

/** How far compression makes a snapshot smaller is not known before: values can be encrypted. */
function requireRoom(directory: string, { dbSize }: StatusResponse): void {
  let free: number;
  try {
    const { bavail, bsize } = statfsSync(systemPath(directory));
    free = bavail * bsize;
  } catch {
    return;
  }
  if (free >= Number(dbSize) + SPARE_BYTES) return;
  const [room, size] = [free, dbSize].map(formatByteSize);
  throw new CommandError(`no room in ${directory}: ${room} are free, and the database has ${size}`, {
    reasons: ['nothing was saved, and nothing was removed'],
  });
}

async function createFile(
  directory: string,
  { cluster, begin, compresses }: { cluster: string; begin: Date; compresses: boolean },
): Promise<{ readonly file: AtomicFile; readonly name: string }> {
  const time = begin.toISOString().replace(/[-:]|\.[0-9]+/g, '');
  for (let attempt = 1; ; attempt++) {
    const suffix = attempt === 1 ? '' : `-${attempt}`;
    const name = `${prefixOf(cluster)}${time}${suffix}.db${compresses ? '.zst' : ''}`;
    const file = await AtomicFile.createNew(joinPath(directory, name));
    if (file !== undefined) return { file, name };
  }
}

/** Hashes and counts what is written to the file. */
class HashedTarget implements SnapshotTarget {
  readonly #next: SnapshotTarget;
  readonly #hash = createHash('sha256');
  #size = 0;

  constructor(next: SnapshotTarget) {
    this.#next = next;
  }

  append(chunk: Uint8Array): Promise<void> | undefined {
    this.#hash.update(chunk);
    this.#size += chunk.length;
    return this.#next.append(chunk);
  }

  flush(): Promise<void> {
    return this.#next.flush();
  }

  finish(): Promise<void> {
    return this.#next.finish();
  }

  digest(): Pick<SnapshotManifest, 'sha256' | 'size'> {
    return { sha256: this.#hash.digest('hex'), size: this.#size };
  }
}

/** Verifies the file as it is on disk. */
async function readBack(
  path: string,
  context: CommandContext,
): Promise<Pick<SnapshotManifest, 'revision' | 'hash' | 'keys'>> {
  return withProgress(`Verifying ${path}`, context, async (taskOptions) => {
    const restoreGrowth = keepNewSpaceSmall();
    collectGarbage();
    const source = await openDatabase(path, taskOptions);
    try {
      await verifySnapshot(source, taskOptions);
      collectGarbage();
      const { revision, hash, totalKeys } = await snapshotStatus(BoltFile.open(source), {
        signal: taskOptions.signal,
        counting: 'pairs',
      });
      return { revision, hash: hash.toString(16), keys: totalKeys };
    } finally {
      source.close();
      restoreGrowth();
    }
  });
}

/** Gives the snapshot and then its manifest their names. After a failure, neither has one: without a manifest it would not count. */
async function commitWithManifest(
  snapshot: AtomicFile,
  path: string,
  manifestNow: () => SnapshotManifest,
): Promise<SnapshotManifest> {
  let file: AtomicFile | undefined;
  try {
    await snapshot.commit();
    const manifest = manifestNow();
    file = await AtomicFile.create(`${path}${MANIFEST_SUFFIX}`);
    await file.append(encodeManifest(manifest));
    await file.commit();
    return manifest;
  } catch (error) {
    await snapshot.revoke();
    await file?.revoke();
    throw error;
  } finally {
    await file?.discard();
  }
}
