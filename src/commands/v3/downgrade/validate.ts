import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { DowngradeAction, type DowngradeRequest } from '../../../model/messages/maintenance.js';
import { targetVersionFromArguments } from './enable.js';

export interface DowngradeValidateOptions {
  readonly targetVersion: string;
}

export function registerDowngradeValidate(parent: CommandParent, run = runDowngradeValidate): void {
  parent.command({
    name: 'validate',
    usage: '<target_version>',
    summary: 'Check whether the cluster can be downgraded to a version',
    examples: ['etcdctl downgrade validate 3.6'],
    flags: {},
    deadline: 'command-timeout',
    result: 'downgrade',
    toOptions: (args): DowngradeValidateOptions => ({ targetVersion: targetVersionFromArguments(args) }),
    run,
  });
}

export function toDowngradeValidateRequest({ targetVersion }: DowngradeValidateOptions): DowngradeRequest {
  return { action: DowngradeAction.validate, version: targetVersion };
}

export async function runDowngradeValidate(
  options: DowngradeValidateOptions,
  context: CommandContext,
): Promise<void> {
  const client = await context.connect();
  const request = toDowngradeValidateRequest(options);
  const response = await client.maintenance.downgrade(request, { signal: context.signal });
  await context.emit({ kind: 'downgrade', action: 'validate', response });
}
