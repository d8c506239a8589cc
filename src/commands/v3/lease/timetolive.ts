import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { boolFlag } from '../../../cli/flags.js';
import type { LeaseTimeToLiveRequest } from '../../../model/messages/lease.js';
import { leaseIdArgument } from '../../kv/lease-id.js';
import { asConnectionError } from './failures.js';

export interface LeaseTimeToLiveOptions {
  readonly id: bigint;
  readonly withKeys: boolean;
}

const flags = {
  keys: boolFlag(false, 'also print the keys attached to the lease'),
};

export function registerLeaseTimeToLive(parent: CommandParent, run = runLeaseTimeToLive): void {
  parent.command({
    name: 'timetolive',
    usage: '<leaseID>',
    summary: 'Print the remaining and the granted TTL of a lease',
    examples: ['etcdctl lease timetolive 694d77aa9e38260f --keys'],
    flags,
    deadline: 'none',
    result: 'lease-time-to-live',
    toOptions: (args, given): LeaseTimeToLiveOptions => ({
      id: leaseIdArgument(args, 'lease timetolive command needs lease ID as argument'),
      withKeys: given.keys,
    }),
    run,
  });
}

export function toLeaseTimeToLiveRequest({ id, withKeys }: LeaseTimeToLiveOptions): LeaseTimeToLiveRequest {
  return { id, keys: withKeys };
}

export async function runLeaseTimeToLive(
  options: LeaseTimeToLiveOptions,
  context: CommandContext,
): Promise<void> {
  const { lease } = await context.connect();
  const call = lease.leaseTimeToLive(toLeaseTimeToLiveRequest(options), { signal: context.signal });
  const response = await call.catch((error: unknown) => {
    throw asConnectionError(error);
  });
  await context.emit({ kind: 'lease-time-to-live', response, withKeys: options.withKeys });
}
