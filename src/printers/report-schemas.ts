import type { ImportReport } from '../model/import.js';
import type { LocalEtcd, LocalMember } from '../model/local-etcd.js';
import type * as reports from '../model/maintenance-reports.js';
import type { ProgramVersion } from '../model/program-version.js';
import type { ProfileSummary, ResultOf } from '../model/results.js';
import {
  bareText,
  bytes,
  flag,
  id,
  integer,
  list,
  nested,
  omitAbsent,
  quantity,
  revision,
  struct,
  text,
} from './schema.js';

/** The fields of what commands print that etcdctl does not have. docs/operators.md documents their JSON. */

const ROLLING_DEFRAG_MEMBER = struct<reports.RollingDefragMember>({
  endpoint: text('endpoint', 'Endpoint'),
  id: id('id', 'ID'),
  name: text('name', 'Name'),
  role: text('role', 'Role'),
  state: text('state', 'State'),
  sizeBytes: quantity('dbSize', 'DBSize'),
  unusedBytes: quantity('dbSizeUnused', 'DBSizeUnused'),
  newSizeBytes: omitAbsent(quantity('dbSizeAfter', 'DBSizeAfter')),
  took: omitAbsent(text('took', 'Took')),
  reason: omitAbsent(text('reason', 'Reason')),
});

export const ROLLING_DEFRAG = struct<reports.RollingDefrag>({
  isDryRun: flag('dryRun', 'DryRun'),
  movesLeader: flag('moveLeader', 'MoveLeader'),
  members: list(nested('members', '', ROLLING_DEFRAG_MEMBER), '[]'),
  problems: list(text('problems', 'Problem'), '[]'),
});

const RECOVERY_MEMBER = struct<reports.RecoveryMember>({
  endpoint: text('endpoint', 'Endpoint'),
  id: id('id', 'ID'),
  name: text('name', 'Name'),
  isFull: flag('noSpace', 'NoSpace'),
  sizeBytes: quantity('dbSize', 'DBSize'),
  inUseBytes: quantity('dbSizeInUse', 'DBSizeInUse'),
  quotaBytes: omitAbsent(quantity('dbSizeQuota', 'DBSizeQuota')),
  newSizeBytes: omitAbsent(quantity('dbSizeAfter', 'DBSizeAfter')),
});

const MAINTENANCE_STEP = struct<reports.MaintenanceStep>({
  name: text('name', 'Name'),
  state: text('state', 'State'),
  text: text('text', 'Text'),
});

export const ALARM_RECOVERY = struct<reports.AlarmRecovery>({
  isDryRun: flag('dryRun', 'DryRun'),
  revision: revision('revision', 'Revision'),
  compactedRevision: revision('compactedRevision', 'CompactedRevision'),
  members: list(nested('members', '', RECOVERY_MEMBER), '[]'),
  steps: list(nested('steps', '', MAINTENANCE_STEP), '[]'),
  problems: list(text('problems', 'Problem'), '[]'),
});

export const MEMBER_REPLACEMENT = struct<reports.MemberReplacement>({
  isDryRun: flag('dryRun', 'DryRun'),
  old: omitAbsent(
    nested(
      'old',
      undefined,
      struct<NonNullable<reports.MemberReplacement['old']>>({
        id: id('id', 'ID'),
        name: text('name', 'Name'),
      }),
    ),
  ),
  replacement: nested(
    'new',
    undefined,
    struct<reports.MemberReplacement['replacement']>({
      id: omitAbsent(id('id', 'ID')),
      name: text('name', 'Name'),
      peerUrls: list(text('peerURLs', 'PeerURL'), '[]'),
    }),
  ),
  settings: list(
    nested(
      'settings',
      undefined,
      struct<reports.MemberReplacement['settings'][number]>({ name: text('name'), value: text('value') }),
    ),
    '[]',
  ),
  steps: list(nested('steps', '', MAINTENANCE_STEP), '[]'),
  problems: list(text('problems', 'Problem'), '[]'),
});

export const LOCAL_RESTORE = struct<reports.LocalRestore>({
  isDryRun: flag('dryRun', 'DryRun'),
  snapshot: text('snapshot', 'Snapshot'),
  settings: list(
    nested(
      'settings',
      '',
      struct<reports.RestoreSetting>({
        name: text('name', 'Name'),
        value: text('value', 'Value'),
        origin: text('origin', 'Origin'),
      }),
    ),
    '[]',
  ),
  oldDirectories: list(text('oldDirectories', 'OldDirectory'), '[]'),
  others: omitAbsent(
    nested(
      'others',
      '',
      struct<NonNullable<reports.LocalRestore['others']>>({
        names: list(text('names', 'Name'), '[]'),
        command: text('command', 'Command'),
      }),
    ),
  ),
  steps: list(nested('steps', '', MAINTENANCE_STEP), '[]'),
  recommendations: list(text('recommendations', 'Recommendation'), '[]'),
  afterwards: list(text('afterwards', 'Afterwards'), '[]'),
  problems: list(text('problems', 'Problem'), '[]'),
});

export const PROFILES = struct<Pick<ResultOf<'profile-list'>, 'directory' | 'profiles'>>({
  directory: text('directory', 'Directory'),
  profiles: list(
    nested(
      'profiles',
      '',
      struct<ProfileSummary>({
        name: text('name', 'Name'),
        file: text('file', 'File'),
        endpoints: list(text('endpoints', 'Endpoint'), '[]'),
        problem: omitAbsent(bareText('problem', 'Problem')),
      }),
    ),
    '[]',
  ),
});

export const PROGRAM_VERSION = struct<ProgramVersion>({
  name: text('program', 'Program'),
  version: text('version', 'Version'),
  commit: text('commit', 'Commit'),
  runtime: text('runtime', 'Runtime'),
  platform: text('platform', 'Platform'),
  compatibleWith: text('compatibleWith', 'CompatibleWith'),
});

export const IMPORT_REPORT = struct<ImportReport>({
  isDryRun: flag('dryRun', 'DryRun'),
  keys: integer('keys', 'Keys'),
  changes: omitAbsent(
    nested(
      'changes',
      '',
      struct<NonNullable<ImportReport['changes']>>({
        new: integer('new', 'New'),
        changed: integer('changed', 'Changed'),
        unchanged: integer('unchanged', 'Unchanged'),
      }),
    ),
  ),
  skippedKeys: integer('skipped', 'Skipped'),
  leasedKeys: integer('leasedKeys', 'LeasedKeys'),
  grantedLeases: integer('grantedLeases', 'GrantedLeases'),
});

export const IMPORT_CHANGE = struct<Pick<ResultOf<'import-change'>, 'key' | 'change'>>({
  change: text('change', 'Change'),
  key: bytes('key', 'Key'),
});

const LOCAL_MEMBER = struct<LocalMember>({
  name: omitAbsent(text('name')),
  dataDirectory: omitAbsent(text('dataDirectory')),
  walDirectory: omitAbsent(text('walDirectory')),
  peerUrls: list(text('peerUrls'), '[]'),
  initialCluster: omitAbsent(text('initialCluster')),
  initialClusterToken: omitAbsent(text('initialClusterToken')),
});

const LOCAL_ETCD = {
  layout: text('layout'),
  source: text('source'),
  endpoints: list(text('endpoints'), '[]'),
  caFile: omitAbsent(text('caFile')),
  certFile: omitAbsent(text('certFile')),
  keyFile: omitAbsent(text('keyFile')),
  member: omitAbsent(nested('member', undefined, LOCAL_MEMBER)),
};

export const LOCAL_ETCD_SEARCH = struct<LocalEtcd & Pick<ResultOf<'local-etcd'>, 'others'>>({
  ...LOCAL_ETCD,
  others: list(nested('others', undefined, struct<LocalEtcd>(LOCAL_ETCD)), '[]'),
});
