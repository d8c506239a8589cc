import { CommandError } from '../../../model/errors.js';
import type { LocalEtcd, LocalMember } from '../../../model/local-etcd.js';
import type { RestoreSetting } from '../../../model/maintenance-reports.js';
import { BY_DATA_DIRECTORY } from '../../../nodes/member-setup.js';
import type { MemberRecord } from '../../../storage/backend/member-json.js';
import { relativePathWithin } from '../../../storage/directory.js';
import { initialClusterText, parseInitialCluster, peerUrlsOf } from '../../../storage/restore/peer-urls.js';
import type { SnapshotRestoreOptions } from '../snapshot-restore.js';

/** What the old data says about the members. */
export interface StoredMembers {
  readonly members: readonly MemberRecord[];
  /** The id of the member of this node; undefined when the WAL cannot be read. */
  readonly ownId: bigint | undefined;
}

export type MemberSettings = Pick<
  SnapshotRestoreOptions,
  'dataDirectory' | 'walDirectory' | 'name' | 'initialCluster' | 'clusterToken' | 'advertisedUrls'
>;

export interface SettingsSources {
  readonly options: SnapshotRestoreOptions;
  /** The names of the flags on the command line. They have precedence, each by itself. */
  readonly given: ReadonlySet<string>;
  readonly etcd: LocalEtcd & { readonly member: LocalMember };
  /** Undefined when there is no old data that can be read. */
  readonly stored: StoredMembers | undefined;
}

/** A value and where it is from, such as `--name` or a path. */
interface Chosen {
  readonly value: string;
  readonly origin: string;
}

const OLD_DATA = 'the old data';
const DEFAULT = 'the default of etcd';

/** The directories of the member, which say where the old data is. */
export function chooseDirectories({ options, given, etcd }: Omit<SettingsSources, 'stored'>) {
  const { dataDirectory, walDirectory } = etcd.member;
  const data = given.has('data-dir')
    ? { value: options.dataDirectory, origin: '--data-dir' }
    : dataDirectory && { value: dataDirectory, origin: etcd.source };
  if (!data) throw new CommandError(`${etcd.source} names no data directory: give --data-dir`);
  const wal = given.has('wal-dir')
    ? { value: options.walDirectory ?? '', origin: '--wal-dir' }
    : { value: walDirectory ?? '', origin: etcd.source };
  const isElsewhere = wal.value !== '' && relativePathWithin(data.value, wal.value) !== 'member/wal';
  return { data, wal: isElsewhere ? wal : undefined };
}

/** @throws CommandError when something is not known, or known in two ways; it names the flags to give */
export function chooseMember(sources: SettingsSources): Omit<
  MemberSettings,
  'dataDirectory' | 'walDirectory'
> & {
  readonly origins: readonly RestoreSetting[];
} {
  const name = chooseName(sources);
  const cluster = chooseCluster(sources, name.value);
  const token = chooseToken(sources);
  const urls = ownUrls(sources, name.value, cluster);
  const settings = [
    ['name', name],
    ['initial-advertise-peer-urls', urls],
    ['initial-cluster', cluster],
    ['initial-cluster-token', token],
  ] as const;
  return {
    name: name.value,
    initialCluster: cluster.value,
    clusterToken: token.value,
    advertisedUrls: urls.value.split(','),
    origins: settings.map(([flag, chosen]) => ({ name: flag, ...chosen })),
  };
}

function chooseName({ options, given, etcd, stored }: SettingsSources): Chosen {
  if (given.has('name')) return { value: options.name, origin: '--name' };
  const { name } = etcd.member;
  if (name !== undefined) return { value: name, origin: etcd.source };
  const own = stored?.members.find(({ id }) => id === stored.ownId)?.name;
  if (own) return { value: own, origin: OLD_DATA };
  const isDescribed = etcd.layout !== 'certificates' && etcd.source !== BY_DATA_DIRECTORY;
  if (isDescribed) return { value: options.name, origin: DEFAULT };
  throw new CommandError('the name of the member is not known: give --name', {
    reasons: ['no manifest or configuration of etcd was found, and the old data does not tell the name'],
  });
}

function chooseToken({ options, given, etcd }: SettingsSources): Chosen {
  if (given.has('initial-cluster-token')) {
    return { value: options.clusterToken, origin: '--initial-cluster-token' };
  }
  const { initialClusterToken: token } = etcd.member;
  return token === undefined
    ? { value: options.clusterToken, origin: DEFAULT }
    : { value: token, origin: etcd.source };
}

/**
 * The members by the old data, which has those that were added later; the configuration of a member has those of its first start. The
 * configuration wins for the addresses of a single member.
 */
function chooseCluster(sources: SettingsSources, name: string): Chosen {
  const { options, given, etcd, stored } = sources;
  if (given.has('initial-cluster')) return { value: options.initialCluster, origin: '--initial-cluster' };
  const advertised = advertisedByFlag(sources);
  const configured = etcd.member.peerUrls.length > 0 ? peerUrlsOf(etcd.member.peerUrls) : undefined;
  const members = new Map(
    (stored?.members ?? []).filter((each) => each.name !== '').map((each) => [each.name, each.peerUrls]),
  );
  const own = members.get(name);
  if (
    own !== undefined &&
    (advertised !== undefined || configured === undefined || isSame(own, configured))
  ) {
    return { value: initialClusterText(members.set(name, advertised ?? own)), origin: OLD_DATA };
  }
  if (own !== undefined && members.size > 1) throw addressError(sources, name, own);
  const initial = parseInitialCluster(etcd.member.initialCluster ?? '');
  const urls = advertised ?? configured ?? initial.get(name);
  if (urls === undefined) {
    throw new CommandError(`the peer URLs of ${name} are not known: give --initial-advertise-peer-urls`);
  }
  const cluster =
    initial.has(name) && own === undefined ? new Map(initial) : new Map<string, readonly string[]>();
  return { value: initialClusterText(cluster.set(name, urls)), origin: advertised ? FLAG : etcd.source };
}

const FLAG = '--initial-advertise-peer-urls';

function advertisedByFlag({ options, given }: SettingsSources): readonly string[] | undefined {
  return given.has('initial-advertise-peer-urls') ? peerUrlsOf(options.advertisedUrls) : undefined;
}

function ownUrls(sources: SettingsSources, name: string, cluster: Chosen): Chosen {
  const byFlag = advertisedByFlag(sources);
  if (byFlag !== undefined) return { value: byFlag.join(','), origin: FLAG };
  const urls = parseInitialCluster(cluster.value).get(name);
  return { value: urls?.join(',') ?? sources.options.advertisedUrls.join(','), origin: cluster.origin };
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((url) => b.includes(url));
}

function addressError({ etcd }: SettingsSources, name: string, own: readonly string[]): CommandError {
  const [configured, stored] = [etcd.member.peerUrls, own].map((urls) => urls.join(','));
  return new CommandError(
    `the peer URLs of ${name} are ${configured} in ${etcd.source}, and ${stored} in ${OLD_DATA}`,
    {
      reasons: ['give --initial-cluster with all members of the new cluster'],
    },
  );
}
