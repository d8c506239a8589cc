import type { CommandParent } from '../../../cli/command.js';
import { registerEndpointHashKv } from './hashkv.js';
import { registerEndpointHealth } from './health.js';
import { endpointFlags } from './scope.js';
import { registerEndpointStatus } from './status.js';

export function registerEndpoint(parent: CommandParent): void {
  const endpoint = parent.family({
    name: 'endpoint',
    group: 'cluster',
    summary: 'Check the health, status and hash of each endpoint',
    flags: endpointFlags,
  });
  registerEndpointHealth(endpoint);
  registerEndpointStatus(endpoint);
  registerEndpointHashKv(endpoint);
}
