import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import type { LeaseRevokeRequest } from '../../../model/messages/lease.js';
import { leaseIdArgument } from '../../kv/lease-id.js';
import { asFailureTo } from './failures.js';

export interface LeaseRevokeOptions {
  readonly id: bigint;
}

export function registerLeaseRevoke(parent: CommandParent, run = runLeaseRevoke): void {
  parent.command({
    name: 'revoke',
    usage: '<leaseID>',
    summary: 'Revoke a lease and delete its keys',
    examples: ['etcdctl lease revoke 694d77aa9e38260f'],
    flags: {},
    deadline: 'command-timeout',
    result: 'lease-revoke',
    toOptions: (args): LeaseRevokeOptions => ({
      id: leaseIdArgument(args, 'lease revoke command needs 1 argument'),
    }),
    run,
  });
}

export function toLeaseRevokeRequest({ id }: LeaseRevokeOptions): LeaseRevokeRequest {
  return { id };
}

export async function runLeaseRevoke(options: LeaseRevokeOptions, context: CommandContext): Promise<void> {
  const { lease } = await context.connect();
  const call = lease.leaseRevoke(toLeaseRevokeRequest(options), { signal: context.signal });
  const response = await call.catch((error: unknown) => {
    throw asFailureTo('revoke lease', error);
  });
  await context.emit({ kind: 'lease-revoke', id: options.id, response });
}
