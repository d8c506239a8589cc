import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { versionText } from '../../model/etcd-version.js';

/** Empty: the command has no flags, and ignores its arguments. */
export type VersionOptions = Record<string, never>;

export function registerVersion(parent: CommandParent, run = runVersion): void {
  parent.command({
    name: 'version',
    group: 'utility',
    summary: 'Print the etcdutl version that this program is compatible with',
    flags: {},
    deadline: 'no-server',
    toOptions: (): VersionOptions => ({}),
    run,
  });
}

export async function runVersion(_options: VersionOptions, context: CommandContext): Promise<void> {
  await context.emit({ kind: 'text', text: versionText('etcdutl') });
}
