import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { asConnectionError } from './failures.js';

export type LeaseListOptions = Readonly<Record<never, never>>;

/** Arguments are ignored, as in etcdctl. */
export function registerLeaseList(parent: CommandParent, run = runLeaseList): void {
  parent.command({
    name: 'list',
    summary: 'List the IDs of all leases',
    flags: {},
    deadline: 'none',
    result: 'lease-list',
    toOptions: (): LeaseListOptions => ({}),
    run,
  });
}

export async function runLeaseList(_options: LeaseListOptions, context: CommandContext): Promise<void> {
  const { lease } = await context.connect();
  const response = await lease.leaseLeases({}, { signal: context.signal }).catch((error: unknown) => {
    throw asConnectionError(error);
  });
  await context.emit({ kind: 'lease-list', response });
}
