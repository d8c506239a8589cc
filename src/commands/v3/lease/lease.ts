import type { CommandParent } from '../../../cli/command.js';
import { registerLeaseGrant } from './grant.js';
import { registerLeaseKeepAlive } from './keep-alive.js';
import { registerLeaseList } from './list.js';
import { registerLeaseRevoke } from './revoke.js';
import { registerLeaseTimeToLive } from './timetolive.js';

export function registerLease(parent: CommandParent): void {
  const family = parent.family({
    name: 'lease',
    group: 'kv',
    summary: 'Manage leases',
    flags: {},
  });
  registerLeaseGrant(family);
  registerLeaseRevoke(family);
  registerLeaseTimeToLive(family);
  registerLeaseList(family);
  registerLeaseKeepAlive(family);
}
