import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { boolFlag } from '../../cli/flags.js';
import { versionText } from '../../model/etcd-version.js';

export interface VersionOptions {
  /** Print which build of this program it is, instead of what etcdctl prints. */
  readonly client: boolean;
}

export function registerVersion(parent: CommandParent, run = runVersion): void {
  parent.command({
    name: 'version',
    group: 'utility',
    summary: 'Print the etcdctl version that this program is compatible with',
    description: `With --client, the name and version of this program itself, the commit that it was built from, and what runs it. Only then
--write-out has an effect.`,
    examples: ['# Which build of this program is installed', 'etcdctl version --client -w json'],
    flags: {
      client: boolFlag(false, 'print the version, commit and runtime of this program itself'),
    },
    text: ({ client }) => (client ? undefined : versionText('etcdctl')),
    deadline: 'node',
    result: 'program-version',
    // Arguments are ignored.
    toOptions: (_args, { client }): VersionOptions => ({ client }),
    run,
  });
}

export async function runVersion(_options: VersionOptions, context: CommandContext): Promise<void> {
  const { programVersion } = await import('../../term/program-version.js');
  await context.emit({ kind: 'program-version', program: programVersion('etcdctl') });
}
