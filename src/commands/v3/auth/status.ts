import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { UsageError } from '../../../model/errors.js';

export type AuthStatusOptions = Record<never, never>;

export function registerAuthStatus(parent: CommandParent, run = runAuthStatus): void {
  parent.command({
    name: 'status',
    summary: 'Print whether authentication is enabled, and the auth revision',
    flags: {},
    deadline: 'command-timeout',
    result: 'auth-status',
    toOptions(args): AuthStatusOptions {
      if (args.length > 0) throw new UsageError('auth status command does not accept any arguments');
      return {};
    },
    run,
  });
}

export async function runAuthStatus(_options: AuthStatusOptions, context: CommandContext): Promise<void> {
  const { auth } = await context.connect();
  const response = await auth.authStatus({}, { signal: context.signal });
  await context.emit({ kind: 'auth-status', response });
}
