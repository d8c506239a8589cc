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
    summary: 'Begin a downgrade of the cluster to a version',
    description: [
      'Afterwards the members are started again, one by one, with the programs of that version, which is given by its first',
      'two numbers:',
      '  etcdctl downgrade enable 3.6',
    ].join('\n'),
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
