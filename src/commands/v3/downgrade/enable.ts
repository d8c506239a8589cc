import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { DowngradeAction, type DowngradeRequest } from '../../../model/messages/maintenance.js';
import { targetVersionFromArguments } from './target-version.js';

export interface DowngradeEnableOptions {
  readonly targetVersion: string;
}

export function registerDowngradeEnable(parent: CommandParent, run = runDowngradeEnable): void {
  parent.command({
    name: 'enable',
    usage: '<target_version>',
    summary: 'Start a downgrade of the cluster to a version',
    description:
      'Afterwards, restart the members one by one with the binaries of the target version, which has the form major.minor.',
    examples: ['etcdctl downgrade enable 3.6'],
    flags: {},
    deadline: 'command-timeout',
    result: 'downgrade',
    toOptions: (args): DowngradeEnableOptions => ({ targetVersion: targetVersionFromArguments(args) }),
    run,
  });
}

export function toDowngradeEnableRequest({ targetVersion }: DowngradeEnableOptions): DowngradeRequest {
  return { action: DowngradeAction.enable, version: targetVersion };
}

export async function runDowngradeEnable(
  options: DowngradeEnableOptions,
  context: CommandContext,
): Promise<void> {
  const client = await context.connect();
  const request = toDowngradeEnableRequest(options);
  const response = await client.maintenance.downgrade(request, { signal: context.signal });
  await context.emit({ kind: 'downgrade', action: 'enable', response });
}
