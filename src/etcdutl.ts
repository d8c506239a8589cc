import type { CommandTable } from './cli/command-table.js';
import { UTL_GLOBAL_FLAGS } from './cli/global-flags.js';
import { createProgram, type Program } from './cli/program.js';

/** The commands, in the order of the help text. */
export const ETCDUTL_COMMANDS: CommandTable = {
  snapshot: async () => (await import('./commands/utl/snapshot/snapshot.js')).registerSnapshot,
  defrag: async () => (await import('./commands/utl/defrag.js')).registerDefrag,
  hashkv: async () => (await import('./commands/utl/hashkv.js')).registerHashKv,
  migrate: async () => (await import('./commands/utl/migrate.js')).registerMigrate,
  backup: async () => (await import('./commands/utl/backup.js')).registerBackup,
  check: async () => (await import('./commands/utl/check/check.js')).registerCheck,
  'list-bucket': async () => (await import('./commands/utl/list-bucket.js')).registerListBucket,
  'iterate-bucket': async () => (await import('./commands/utl/iterate-bucket.js')).registerIterateBucket,
  hash: async () => (await import('./commands/utl/hash.js')).registerHash,
  completion: async () => (await import('./commands/utl/completion.js')).registerCompletion,
  version: async () => (await import('./commands/utl/version.js')).registerVersion,
};

/**
 * The command set of etcdutl.
 * @param argv the command line: only the command that it names is loaded. Without it, all commands are loaded.
 */
export async function createEtcdutl(argv?: readonly string[]): Promise<Program<typeof UTL_GLOBAL_FLAGS>> {
  const program = createProgram({
    name: 'etcdutl',
    summary: 'Offline administration of etcd data, compatible with etcdutl 3.7.1',
    globalFlags: UTL_GLOBAL_FLAGS,
    listsGlobalFlagsApart: false,
  });
  await program.load(ETCDUTL_COMMANDS, argv);
  return program;
}
