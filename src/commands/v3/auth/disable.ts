import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { UsageError } from '../../../model/errors.js';

export type AuthDisableOptions = Record<never, never>;

export function registerAuthDisable(parent: CommandParent, run = runAuthDisable): void {
  parent.command({
    name: 'disable',
    summary: 'Disable authentication',
    description: 'Users and roles are kept.',
    examples: ['etcdctl auth disable --user=root'],
    flags: {},
    deadline: 'command-timeout',
    result: 'text',
    toOptions(args): AuthDisableOptions {
      if (args.length > 0) throw new UsageError('auth disable command does not accept any arguments');
      return {};
    },
    run,
  });
}

export async function runAuthDisable(_options: AuthDisableOptions, context: CommandContext): Promise<void> {
  const { auth } = await context.connect();
  await auth.authDisable({}, { signal: context.signal });
  await context.emit({ kind: 'text', text: 'Authentication Disabled\n' });
}
