import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { UsageError } from '../../../model/errors.js';
import { DowngradeAction, type DowngradeRequest } from '../../../model/messages/maintenance.js';

interface DowngradeEnableOptions {
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

function toDowngradeEnableRequest({ targetVersion }: DowngradeEnableOptions): DowngradeRequest {
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

/** The only argument, such as `3.6`. The server checks whether the version is valid. */
export function targetVersionFromArguments(args: readonly string[]): string {
  const [version] = args;
  if (version === undefined) throw new UsageError('TARGET_VERSION not provided');
  if (args.length > 1) throw new UsageError('too many arguments');
  if (version === '') throw new UsageError('target version not provided');
  return version;
}
