import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { DowngradeAction, type DowngradeRequest } from '../../../model/messages/maintenance.js';

export type DowngradeCancelOptions = Readonly<Record<never, never>>;

export function registerDowngradeCancel(parent: CommandParent, run = runDowngradeCancel): void {
  parent.command({
    name: 'cancel',
    summary: 'Cancel the downgrade in progress',
    flags: {},
    deadline: 'command-timeout',
    result: 'downgrade',
    toOptions: (): DowngradeCancelOptions => ({}),
    run,
  });
}

export function toDowngradeCancelRequest(): DowngradeRequest {
  return { action: DowngradeAction.cancel };
}

export async function runDowngradeCancel(
  _options: DowngradeCancelOptions,
  context: CommandContext,
): Promise<void> {
  const client = await context.connect();
  const call = { signal: context.signal };
  const response = await client.maintenance.downgrade(toDowngradeCancelRequest(), call);
  await context.emit({ kind: 'downgrade', action: 'cancel', response });
}
