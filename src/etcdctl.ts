import { GLOBAL_FLAGS } from './cli/global-flags.js';
import { createProgram, type Program } from './cli/program.js';
import { registerDel } from './commands/v3/del.js';
import { registerEndpoint } from './commands/v3/endpoint/endpoint.js';
import { registerGet } from './commands/v3/get.js';
import { registerPut } from './commands/v3/put.js';
import { registerSnapshot } from './commands/v3/snapshot/snapshot.js';
import { registerVersion } from './commands/v3/version.js';

/** The version 3 command set of etcdctl. */
export function createEtcdctl(): Program<typeof GLOBAL_FLAGS> {
  const program = createProgram({
    name: 'etcdctl',
    summary: 'Command-line client for etcd, equal to etcdctl 3.7.1',
    globalFlags: GLOBAL_FLAGS,
    listsGlobalFlagsApart: true,
  });
  registerGet(program);
  registerPut(program);
  registerDel(program);
  registerEndpoint(program);
  registerSnapshot(program);
  registerVersion(program);
  return program;
}
