/** What a restore on a node finds there, and what prevents it. */
import { statfsSync } from 'node:fs';
import type { CommandContext } from '../../../cli/context.js';
import { formatByteSize } from '../../../go/byte-size.js';
import { joinPath, parentPath, systemPath } from '../../../go/file-path.js';
import { CommandError, Failure } from '../../../model/errors.js';
import type { LocalEtcd } from '../../../model/local-etcd.js';
import type { RestoreSetting } from '../../../model/maintenance-reports.js';
import { findMemberSetup, type MemberSetup } from '../../../nodes/member-setup.js';
import { FileByteSource } from '../../../storage/byte-source.js';
import { compressionOf } from '../../../storage/compressed/open-database.js';
import { readSeekTable } from '../../../storage/compressed/seek-table.js';
import { databasePath, walPath } from '../../../storage/data-directory/layout.js';
import { lockHolder } from '../../../storage/data-directory/lock-holder.js';
import { membersOf, ownMemberId } from '../../../storage/data-directory/members.js';
import { isNameFree, realPath, relativePathWithin, statOf } from '../../../storage/directory.js';
import type { ClusterPlan } from '../../../storage/restore/cluster-plan.js';
import {
  dataIdentity,
  findLeftover,
  type Leftover,
  type OldDirectory,
  oldDirectory,
} from '../../../storage/restore/data-replacement.js';
import { requireFile } from '../database-file.js';
import { planRestore, type SnapshotRestoreOptions } from '../snapshot-restore.js';
import { rejectOtherWays } from './other-ways.js';
import { chooseDirectories, chooseMember, type SettingsSources, type StoredMembers } from './settings.js';

/** A reason against the restore, and what to type. */
export interface Obstacle {
  readonly problem: string;
  readonly advice: readonly string[];
}

export interface Situation {
  readonly setup: MemberSetup;
  /** With the chosen values. */
  readonly options: SnapshotRestoreOptions;
  readonly settings: readonly RestoreSetting[];
  readonly plan: ClusterPlan;
  readonly data: OldDirectory;
  /** Undefined: in the data directory. */
  readonly wal: OldDirectory | undefined;
  /** The WAL directory relative to the data directory; undefined: at its usual place, or elsewhere. */
  readonly nestedWal: string | undefined;
  readonly leftover: Leftover | undefined;
  /** `dataIdentity`; undefined when the old data is not at its place. */
  readonly seen: string | undefined;
  readonly obstacles: readonly Obstacle[];
  /** Why the old data was not asked for its members. */
  readonly unreadable: string | undefined;
}

/** Changes nothing. Rejects with a `CommandError` when something is not known, or the etcd is restored in another way. */
export async function lookAt(
  options: SnapshotRestoreOptions,
  root: string,
  context: CommandContext,
): Promise<Situation> {
  await requireFile(options.snapshotPath);
  const given = options.local?.given ?? new Set();
  const setup = await findMemberSetup(root, given.has('data-dir') ? options.dataDirectory : undefined);
  rejectOtherWays(setup.etcd, options);
  const { data, wal, nestedWal, ...directories } = directoriesOf({ options, given, etcd: setup.etcd });
  // Before everything that depends on the data: another restore may replace it meanwhile.
  const identity = dataIdentity(data);
  const leftover = findLeftover(data);
  const isAway = leftover?.state === 'replacing';
  const oldData = isAway ? (leftover.oldData ?? data.path) : data.path;
  const stored = storedMembers(oldData, wal?.path ?? nestedWal);
  const { origins, ...member } = chooseMember({ options, given, etcd: setup.etcd, stored: stored.members });
  const complete = { ...options, ...member, dataDirectory: data.path, walDirectory: wal?.path };
  const settings = [...directories.settings, ...origins];
  return {
    setup,
    options: complete,
    settings,
    plan: await planRestore(complete),
    data,
    wal,
    nestedWal,
    leftover,
    seen: isAway ? undefined : identity,
    obstacles: [
      ...manifestObstacles(setup),
      ...serverObstacles({ setup, data, settings, options: complete }, context),
      ...restoreObstacles(leftover),
      // What a killed restore has left takes room until it is cleared.
      ...(leftover === undefined || leftover.state === 'running'
        ? spaceObstacles(options.snapshotPath, data)
        : []),
    ],
    unreadable: stored.problem,
  };
}

function directoriesOf(sources: Omit<SettingsSources, 'stored'>) {
  const chosen = chooseDirectories(sources);
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const data = oldDirectory(realPath(chosen.data.value), time);
  const settings: RestoreSetting[] = [{ name: 'data-dir', value: data.path, origin: chosen.data.origin }];
  if (chosen.wal === undefined) return { data, wal: undefined, nestedWal: undefined, settings };
  settings.push({ name: 'wal-dir', ...chosen.wal });
  const nestedWal = relativePathWithin(data.path, chosen.wal.value);
  const wal = nestedWal === undefined ? oldDirectory(realPath(chosen.wal.value), time) : undefined;
  return { data, wal, nestedWal, settings };
}

/** @param walDirectory absolute, or relative to the data directory; undefined: at its usual place */
function storedMembers(
  dataDirectory: string,
  walDirectory: string | undefined,
): { readonly members?: StoredMembers; readonly problem?: string } {
  if (isNameFree(databasePath(dataDirectory))) return { problem: `there is no database in ${dataDirectory}` };
  const isAbsolute = walDirectory?.startsWith('/') === true;
  const wal = isAbsolute ? walDirectory : walDirectory && joinPath(dataDirectory, walDirectory);
  try {
    const members = membersOf(dataDirectory);
    return { members: { members, ownId: attempt(() => ownMemberId(wal ?? walPath(dataDirectory))) } };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { problem: error.message };
  }
}

function attempt<Value>(work: () => Value): Value | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

/** The kubelet starts etcd again while its manifest is there. */
function manifestObstacles({ manifests, stoppedFolder, etcd }: MemberSetup): Obstacle[] {
  if (!manifests.some((path) => path === etcd.source || path.endsWith('/etcd.yaml'))) return [];
  return [
    {
      problem: `the manifest of etcd is in ${parentPath(manifests[0] ?? '')}: the kubelet would start etcd`,
      advice: [
        'stop etcd and what uses it, and run this command again when etcd has ended:',
        `  mkdir -p ${stoppedFolder}`,
        `  mv ${manifests.join(' ')} ${stoppedFolder}/`,
      ],
    },
  ];
}

function serverObstacles(
  { setup, data, settings, options }: Pick<Situation, 'setup' | 'data' | 'settings' | 'options'>,
  { notices }: CommandContext,
): Obstacle[] {
  const { running, etcd } = setup;
  const holder = lockHolder(databasePath(data.path));
  if (holder.kind === 'unknown') {
    notices.line(`cannot detect on this system whether a server uses ${data.path}: make sure that none does`);
  }
  const server = running.find((each) => usesDirectory(each, data.path));
  if (holder.kind !== 'held' && server === undefined) return [];
  const who = server?.source ?? `process ${holder.kind === 'held' ? holder.processId : ''}`;
  const problem = `etcd runs on this data: ${who}`;
  if (etcd.layout !== 'process') {
    return [{ problem, advice: [`stop it and run this command again: ${stopCommand(etcd)}`] }];
  }
  const flags = settings.map(({ name, value }) => `--${name}=${value}`).join(' ');
  const command = `${options.local?.program} snapshot restore ${options.snapshotPath} --local ${flags}`;
  return [
    { problem, advice: ['its settings are known only while it runs; stop it, and run:', `  ${command}`] },
  ];
}

/** True also when it cannot be found out which directory the server uses. */
function usesDirectory({ member }: LocalEtcd, dataDirectory: string): boolean {
  const used = member?.dataDirectory === undefined ? undefined : statOf(member.dataDirectory);
  if (used === undefined) return true;
  const own = statOf(dataDirectory);
  return own !== undefined && own.dev === used.dev && own.ino === used.ino;
}

function stopCommand({ layout }: LocalEtcd): string {
  if (layout === 'kubeadm' || layout === 'certificates')
    return 'the kubelet does it when the manifest is moved away';
  return layout === 'k0s' ? 'k0s stop' : 'systemctl stop etcd';
}

function restoreObstacles(leftover: Leftover | undefined): Obstacle[] {
  if (leftover?.state !== 'running') return [];
  const { journal, workDirectory } = leftover;
  const problem = `another restore is running: process ${journal.owner.id}, since ${journal.began}, in ${workDirectory}`;
  return [{ problem, advice: [] }];
}

function spaceObstacles(snapshotPath: string, { path, isMountPoint }: OldDirectory): Obstacle[] {
  const needed = uncompressedBytes(snapshotPath);
  let directory = isMountPoint ? path : parentPath(path);
  while (statOf(directory) === undefined && directory !== parentPath(directory))
    directory = parentPath(directory);
  const { bsize, bavail } = statfsSync(systemPath(directory));
  const free = bsize * bavail;
  if (free >= needed) return [];
  const sizes = `the new data needs ${formatByteSize(needed)}, and ${formatByteSize(free)} are free`;
  return [{ problem: `there is no room in ${directory}: ${sizes}`, advice: [] }];
}

/** The size in the table of a snapshot that this program has compressed; of others that of the file, which is smaller. */
function uncompressedBytes(snapshotPath: string): number {
  const source = FileByteSource.open(snapshotPath);
  try {
    const table = compressionOf(source) === 'zstd' ? readSeekTable(source) : undefined;
    return table?.contentOffsets.at(-1) ?? source.sizeBytes;
  } finally {
    source.close();
  }
}

export function refusal(obstacles: readonly Obstacle[]): CommandError {
  const [first, ...others] = obstacles;
  return new CommandError(`nothing was changed, because ${first?.problem}`, {
    reasons: [...(first?.advice ?? []), ...others.flatMap(({ problem, advice }) => [problem, ...advice])],
  });
}
