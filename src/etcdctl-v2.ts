import { createV2Program, type V2Program } from './cli/v2/program.js';
import { registerAuth } from './commands/v2/auth/auth.js';
import { registerBackup } from './commands/v2/backup.js';
import { registerClusterHealth } from './commands/v2/cluster-health.js';
import { registerExecWatch } from './commands/v2/exec-watch.js';
import { registerGet } from './commands/v2/get.js';
import { registerLs } from './commands/v2/ls.js';
import { registerMember } from './commands/v2/member/member.js';
import { registerMk } from './commands/v2/mk.js';
import { registerMkdir } from './commands/v2/mkdir.js';
import { registerRm } from './commands/v2/rm.js';
import { registerRmdir } from './commands/v2/rmdir.js';
import { registerRole } from './commands/v2/role/role.js';
import { registerSet } from './commands/v2/set.js';
import { registerSetdir } from './commands/v2/setdir.js';
import { registerUpdate } from './commands/v2/update.js';
import { registerUpdatedir } from './commands/v2/updatedir.js';
import { registerUser } from './commands/v2/user/user.js';
import { registerWatch } from './commands/v2/watch.js';
import { ETCD_VERSION } from './model/etcd-version.js';

/** The version 2 command set of etcdctl, for ETCDCTL_API=2. */
export function createEtcdctlV2(): V2Program {
  const program = createV2Program({
    name: 'etcdctl',
    summary: 'Command-line client for etcd, with the version 2 commands of etcdctl 3.5',
    versionText: `etcdctl version: ${ETCD_VERSION}\nAPI version: 2\n`,
  });
  registerBackup(program);
  registerClusterHealth(program);
  registerMk(program);
  registerMkdir(program);
  registerRm(program);
  registerRmdir(program);
  registerGet(program);
  registerLs(program);
  registerSet(program);
  registerSetdir(program);
  registerUpdate(program);
  registerUpdatedir(program);
  registerWatch(program);
  registerExecWatch(program);
  registerMember(program);
  registerUser(program);
  registerRole(program);
  registerAuth(program);
  return program;
}
