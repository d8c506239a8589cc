import type { Variables } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { boolFlag, type FlagValues, stringFlag, uint64Flag } from '../../cli/flags.js';
import { bytesFromText } from '../../go/bytes.js';
import { parseInt64 } from '../../go/number.js';
import { GoParseError } from '../../go/parse-error.js';
import { quoteGo } from '../../go/quote.js';
import { UsageError } from '../../model/errors.js';
import { isOlder, type MinorVersion, minorVersionText } from '../../storage/backend/meta-bucket.js';
import type { ClusterPlan } from '../../storage/restore/cluster-plan.js';
import { withProgress } from './database-file.js';

export interface SnapshotRestoreOptions {
  readonly snapshotPath: string;
  readonly dataDirectory: string;
  /** `undefined`: in the data directory. */
  readonly walDirectory: string | undefined;
  readonly name: string;
  /** `name=url,…`; not checked yet. */
  readonly initialCluster: string;
  readonly clusterToken: string;
  /** Not checked yet. */
  readonly advertisedUrls: readonly string[];
  readonly skipHashCheck: boolean;
  /** Added to the revision; 0: the revision is unchanged. */
  readonly revisionBump: bigint;
  /** The version of the servers that will use the data; `undefined`: the version of the snapshot or newer. */
  readonly targetVersion: MinorVersion | undefined;
  /** Undefined without `--local`. */
  readonly local: LocalRestoreOptions | undefined;
}

/** A restore on the node of the member. The values of the flags that are not given are read there. */
export interface LocalRestoreOptions {
  readonly program: string;
  /** The names of the flags on the command line. */
  readonly given: ReadonlySet<string>;
  readonly root: string;
  readonly isDryRun: boolean;
  /** Does the steps without a question. */
  readonly isConfirmed: boolean;
}

const DEFAULT_NAME = 'default';
const DEFAULT_URL = 'http://localhost:2380';
const DEFAULT_MAP_BYTES = 10_737_418_240n;
const OLDEST_TARGET: MinorVersion = { major: 3, minor: 4 };

const restoreFlags = {
  'data-dir': stringFlag('', 'data directory to create; by default <name>.etcd'),
  'wal-dir': stringFlag('', 'directory for the WAL; by default member/wal in --data-dir'),
  name: stringFlag(DEFAULT_NAME, 'name of the member'),
  'initial-cluster': stringFlag(
    `${DEFAULT_NAME}=${DEFAULT_URL}`,
    'all members of the new cluster as name=peer-url, comma-separated',
  ),
  'initial-cluster-token': stringFlag('etcd-cluster', 'token that distinguishes the new cluster from others'),
  'initial-advertise-peer-urls': stringFlag(DEFAULT_URL, 'peer URLs of this member, as in --initial-cluster'),
  'skip-hash-check': boolFlag(false, 'restore a snapshot without a valid SHA-256 at its end'),
  'bump-revision': uint64Flag(
    0n,
    'increase the revision by this much, so that it does not go back for clients',
  ),
  'mark-compacted': boolFlag(
    false,
    'mark all revisions up to the new one as compacted; required by --bump-revision',
  ),
  'target-version': stringFlag('', 'minor version of the servers, such as 3.5, if older than the saved one'),
  'initial-memory-map-size': uint64Flag(DEFAULT_MAP_BYTES, 'accepted for compatibility; has no effect'),
  local: boolFlag(false, 'restore the etcd of this node: the other values are read from its own files', {
    isAddition: true,
  }),
  root: stringFlag('/', 'directory to look for the etcd of --local in, such as a mounted system', {
    isAddition: true,
  }),
  'dry-run': boolFlag(false, 'with --local: print what would be done, change nothing', { isAddition: true }),
  yes: boolFlag(false, 'with --local: restore without a question', { isAddition: true }),
};

interface GivenFlags {
  readonly program: string;
  readonly names: ReadonlySet<string>;
}

function toSnapshotRestoreOptions(
  args: readonly string[],
  flags: FlagValues<typeof restoreFlags>,
  given: GivenFlags,
): SnapshotRestoreOptions {
  const [snapshotPath] = args;
  if (snapshotPath === undefined || args.length > 1) {
    throw new UsageError('snapshot restore requires exactly one argument');
  }
  const revisionBump = flags['bump-revision'];
  if (revisionBump > 0n !== flags['mark-compacted']) {
    throw new UsageError('--mark-compacted required if --revision-bump > 0', 'arguments', {
      reasons: ['--bump-revision and --mark-compacted must be used together'],
    });
  }
  const target = flags['target-version'];
  return {
    snapshotPath,
    dataDirectory: flags['data-dir'] || `${flags.name}.etcd`,
    walDirectory: flags['wal-dir'] || undefined,
    name: flags.name,
    initialCluster: flags['initial-cluster'],
    clusterToken: flags['initial-cluster-token'],
    advertisedUrls: flags['initial-advertise-peer-urls'].split(','),
    skipHashCheck: flags['skip-hash-check'],
    revisionBump,
    targetVersion: target === '' ? undefined : toTargetVersion(target, OLDEST_TARGET),
    local: toLocalOptions(flags, given),
  };
}

function toLocalOptions(
  flags: FlagValues<typeof restoreFlags>,
  { program, names }: GivenFlags,
): LocalRestoreOptions | undefined {
  const { 'dry-run': isDryRun, yes: isConfirmed, root } = flags;
  if (flags.local) return { program, given: names, root, isDryRun, isConfirmed };
  const stray = ['dry-run', 'yes'].find((name) => names.has(name));
  if (stray !== undefined) throw new UsageError(`--${stray} needs --local`, 'flag');
  return undefined;
}

/** The declaration of `snapshot restore`, for both programs. */
export const snapshotRestoreCommand = (program: string) =>
  ({
    name: 'restore',
    usage: '<filename>',
    summary: 'Restore a snapshot to a new data directory',
    description: [
      'Run the command once for each member of the new cluster, with the same snapshot, --initial-cluster and',
      '--initial-cluster-token. The data directory appears when it is complete and on disk. It holds the keys, leases, alarms,',
      'users and roles of the snapshot.',
      '',
      'With --local, the directories, the name, the peer URLs and the members are read from the node of the member: from its manifest,',
      'its configuration and its old data. A flag has precedence over them. All is shown, and confirmed on a terminal; elsewhere --yes',
      'is needed. etcd must not run, and not be started meanwhile. The old data is put aside under a name with the time, and never',
      'removed. A restore that was killed is cleared by the next one. The etcd of k3s and RKE2 is restored by their own command, which',
      'is printed.',
    ].join('\n'),
    examples: [
      `${program} snapshot restore backup.db --data-dir /var/lib/etcd --name m1 \\`,
      '  --initial-cluster m1=https://10.0.0.1:2380,m2=https://10.0.0.2:2380 \\',
      '  --initial-advertise-peer-urls https://10.0.0.1:2380',
      '# On a node of Kubernetes: show what would be done, and do it',
      `${program} snapshot restore backup.db --local --dry-run`,
      `${program} snapshot restore backup.db --local --bump-revision=1000000000 --mark-compacted`,
    ],
    flags: restoreFlags,
    deadline: 'files',
    result: ({ local }: SnapshotRestoreOptions) => (local === undefined ? undefined : 'local-restore'),
    toOptions: (
      args: readonly string[],
      flags: FlagValues<typeof restoreFlags>,
      _argsLenAtDash: number | undefined,
      _variables: Variables,
      names: ReadonlySet<string>,
    ) => toSnapshotRestoreOptions(args, flags, { program, names }),
  }) as const;

export async function runSnapshotRestore(
  options: SnapshotRestoreOptions,
  context: CommandContext,
): Promise<void> {
  const { snapshotPath, local } = options;
  if (local !== undefined) {
    const { restoreOnNode } = await import('./local-restore/restore-on-node.js');
    return restoreOnNode(options, local, context);
  }
  const { restoreSnapshot } = await import('../../storage/restore/restore.js');
  const plan = await planRestore(options);
  await withProgress(`Restoring ${snapshotPath}`, context, (taskOptions) =>
    restoreSnapshot({ ...options, ...taskOptions, plan }),
  );
  for (const line of restoredLines(options, plan)) context.notices.line(line);
}

/** Scripts match etcdutl's messages: bumping latest revision, marking revision compacted, added member, restored snapshot. */
export function restoredLines(
  options: SnapshotRestoreOptions,
  { clusterId, localId, members }: ClusterPlan,
): string[] {
  const { snapshotPath, dataDirectory, revisionBump } = options;
  const bumped =
    revisionBump > 0n ? [`bumping latest revision by ${revisionBump}, and marking revision compacted`] : [];
  const added = members.map(
    ({ id, name, peerUrls }) => `added member ${id.toString(16)} (${name}): ${peerUrls.join(', ')}`,
  );
  const [member, cluster] = [localId, clusterId].map((id) => id.toString(16));
  const restored = `restored snapshot ${snapshotPath} to ${dataDirectory}: member ${member} of cluster ${cluster}`;
  return [...bumped, ...added, restored];
}

/** Checks the options in the order of etcd (server/config/config.go `VerifyBootstrap`, v3.7.1). */
export async function planRestore(options: SnapshotRestoreOptions): Promise<ClusterPlan> {
  const { name, initialCluster, clusterToken } = options;
  const { parseInitialCluster, peerUrlsOf } = await import('../../storage/restore/peer-urls.js');
  const { checkAdvertisedUrls } = await import('../../storage/restore/advertised-urls.js');
  const { planCluster, rejectDuplicateUrls, requireLocalMember } = await import(
    '../../storage/restore/cluster-plan.js'
  );
  const advertisedUrls = peerUrlsOf(options.advertisedUrls);
  const cluster = parseInitialCluster(initialCluster);
  const clusterUrls = requireLocalMember(cluster, name);
  await checkAdvertisedUrls({ name, clusterUrls, advertisedUrls, resolveHost });
  rejectDuplicateUrls(cluster);
  return planCluster(cluster, clusterToken, name);
}

/** Prefers an IPv4 address, as Go does. */
async function resolveHost(host: string): Promise<string> {
  const { lookup } = await import('node:dns/promises');
  const { address } = await lookup(host, { verbatim: false });
  return address;
}

/**
 * Parses a minor version such as `3.6` as etcdutl does (etcdutl/migrate_command.go, v3.7.1, with coreos/go-semver).
 * Throws a `UsageError` with etcdutl's messages.
 */
export function toTargetVersion(text: string, oldest: MinorVersion): MinorVersion {
  if (text.split('.').length !== 2) {
    throw new UsageError(`wrong target version format, expected "X.Y", got ${quoteGo(bytesFromText(text))}`);
  }
  const version = parseVersion(text);
  if (isOlder(version, oldest)) {
    const [target, minimum] = [version, oldest].map(minorVersionText);
    throw new UsageError(`target version "${target}" not supported. Minimal "${minimum}"`);
  }
  return version;
}

function parseVersion(text: string): MinorVersion {
  const [beforeSuffix = '', suffix] = text.split(/[-+]/, 2);
  if (suffix !== undefined) {
    throw new UsageError(`failed to parse target version: ${beforeSuffix} is not in dotted-tri format`);
  }
  try {
    const [major = 0, minor = 0] = text.split('.').map((part) => Number(parseInt64(part, 10)));
    return { major, minor };
  } catch (cause) {
    if (!(cause instanceof GoParseError)) throw cause;
    throw new UsageError(`failed to parse target version: ${cause.message}`, 'arguments', { cause });
  }
}
