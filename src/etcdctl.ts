import { GLOBAL_FLAGS } from './cli/global-flags.js';
import { createProgram, type Program } from './cli/program.js';
import { registerAlarm } from './commands/v3/alarm/alarm.js';
import { registerAuth } from './commands/v3/auth/auth.js';
import { registerCheck } from './commands/v3/check/check.js';
import { registerCompaction } from './commands/v3/compaction.js';
import { registerCompletion } from './commands/v3/completion.js';
import { registerDefrag } from './commands/v3/defrag.js';
import { registerDel } from './commands/v3/del.js';
import { registerDowngrade } from './commands/v3/downgrade/downgrade.js';
import { registerElect } from './commands/v3/elect.js';
import { registerEndpoint } from './commands/v3/endpoint/endpoint.js';
import { registerGet } from './commands/v3/get.js';
import { registerLease } from './commands/v3/lease/lease.js';
import { registerLock } from './commands/v3/lock.js';
import { registerMakeMirror } from './commands/v3/make-mirror.js';
import { registerMember } from './commands/v3/member/member.js';
import { registerMoveLeader } from './commands/v3/move-leader.js';
import { registerPut } from './commands/v3/put.js';
import { registerRole } from './commands/v3/role/role.js';
import { registerSnapshot } from './commands/v3/snapshot/snapshot.js';
import { registerTxn } from './commands/v3/txn/txn.js';
import { registerUser } from './commands/v3/user/user.js';
import { registerVersion } from './commands/v3/version.js';
import { registerWatch } from './commands/v3/watch.js';

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
  registerTxn(program);
  registerCompaction(program);
  registerLease(program);
  registerMember(program);
  registerEndpoint(program);
  registerAlarm(program);
  registerDefrag(program);
  registerMoveLeader(program);
  registerDowngrade(program);
  registerSnapshot(program);
  registerWatch(program);
  registerLock(program);
  registerElect(program);
  registerAuth(program);
  registerUser(program);
  registerRole(program);
  registerMakeMirror(program);
  registerCheck(program);
  registerCompletion(program);
  registerVersion(program);
  return program;
}
