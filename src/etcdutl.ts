import { createProgram, type Program } from './cli/program.js';
import { UTL_GLOBAL_FLAGS } from './cli/utl-global-flags.js';
import { registerCompletion } from './commands/utl/completion.js';
import { registerDefrag } from './commands/utl/defrag.js';
import { registerHash } from './commands/utl/hash.js';
import { registerHashKv } from './commands/utl/hashkv.js';
import { registerIterateBucket } from './commands/utl/iterate-bucket.js';
import { registerListBucket } from './commands/utl/list-bucket.js';
import { registerMigrate } from './commands/utl/migrate.js';
import { registerSnapshot } from './commands/utl/snapshot/snapshot.js';
import { registerVersion } from './commands/utl/version.js';

/** The offline programs of etcdutl. */
export function createEtcdutl(): Program<typeof UTL_GLOBAL_FLAGS> {
  const program = createProgram({
    name: 'etcdutl',
    summary: 'Offline administration of etcd data, equal to etcdutl 3.7.1',
    globalFlags: UTL_GLOBAL_FLAGS,
    listsGlobalFlagsApart: false,
  });
  registerSnapshot(program);
  registerDefrag(program);
  registerHashKv(program);
  registerMigrate(program);
  registerListBucket(program);
  registerIterateBucket(program);
  registerHash(program);
  registerCompletion(program);
  registerVersion(program);
  return program;
}
