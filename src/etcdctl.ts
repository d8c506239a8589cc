import type { CommandTable } from './cli/command-table.js';
import { GLOBAL_FLAGS } from './cli/global-flags.js';
import { createProgram, type Program } from './cli/program.js';

/** The commands, in the order of the help text. */
export const ETCDCTL_COMMANDS: CommandTable = {
  get: async () => (await import('./commands/v3/get.js')).registerGet,
  put: async () => (await import('./commands/v3/put.js')).registerPut,
  del: async () => (await import('./commands/v3/del.js')).registerDel,
  txn: async () => (await import('./commands/v3/txn.js')).registerTxn,
  top: { added: async () => (await import('./commands/v3/top.js')).registerTop },
  diff: { added: async () => (await import('./commands/v3/diff.js')).registerDiff },
  export: { added: async () => (await import('./commands/v3/export.js')).registerExport },
  import: { added: async () => (await import('./commands/v3/import.js')).registerImport },
  compaction: async () => (await import('./commands/v3/compaction.js')).registerCompaction,
  lease: async () => (await import('./commands/v3/lease/lease.js')).registerLease,
  member: async () => (await import('./commands/v3/member/member.js')).registerMember,
  endpoint: async () => (await import('./commands/v3/endpoint/endpoint.js')).registerEndpoint,
  alarm: async () => (await import('./commands/v3/alarm/alarm.js')).registerAlarm,
  doctor: { added: async () => (await import('./commands/v3/doctor.js')).registerDoctor },
  defrag: async () => (await import('./commands/v3/defrag.js')).registerDefrag,
  'move-leader': async () => (await import('./commands/v3/move-leader.js')).registerMoveLeader,
  downgrade: async () => (await import('./commands/v3/downgrade/downgrade.js')).registerDowngrade,
  snapshot: async () => (await import('./commands/v3/snapshot/snapshot.js')).registerSnapshot,
  watch: async () => (await import('./commands/v3/watch.js')).registerWatch,
  lock: async () => (await import('./commands/v3/lock.js')).registerLock,
  elect: async () => (await import('./commands/v3/elect.js')).registerElect,
  auth: async () => (await import('./commands/v3/auth/auth.js')).registerAuth,
  user: async () => (await import('./commands/v3/user/user.js')).registerUser,
  role: async () => (await import('./commands/v3/role/role.js')).registerRole,
  'make-mirror': async () => (await import('./commands/v3/make-mirror.js')).registerMakeMirror,
  check: async () => (await import('./commands/v3/check/check.js')).registerCheck,
  local: { added: async () => (await import('./commands/v3/local.js')).registerLocal },
  profile: { added: async () => (await import('./commands/v3/profile/profile.js')).registerProfile },
  completion: async () => (await import('./commands/v3/completion.js')).registerCompletion,
  version: async () => (await import('./commands/v3/version.js')).registerVersion,
};

/**
 * The version 3 command set of etcdctl.
 * @param argv the command line: only the command that it names is loaded, and none for the help page of the program. Without it, all
 *   commands are loaded.
 */
export async function createEtcdctl(argv?: readonly string[]): Promise<Program<typeof GLOBAL_FLAGS>> {
  const program = createProgram({
    name: 'etcdctl',
    summary: 'Command-line client for etcd, compatible with etcdctl 3.7.1',
    globalFlags: GLOBAL_FLAGS,
    listsGlobalFlagsApart: true,
  });
  const summaries = async () => (await import('./commands/v3/summaries.js')).SUMMARIES;
  await program.load(ETCDCTL_COMMANDS, argv, summaries);
  return program;
}
