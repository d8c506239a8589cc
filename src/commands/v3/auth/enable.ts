import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { isEtcdError, UsageError } from '../../../model/errors.js';
import type { AuthService, CallOptions } from '../../../model/services.js';

export type AuthEnableOptions = Record<never, never>;

/** The name of the user and of the role that have all permissions. */
const ROOT = 'root';

export function registerAuthEnable(parent: CommandParent, run = runAuthEnable): void {
  parent.command({
    name: 'enable',
    summary: 'Enable authentication',
    description: 'Requires the user root. If root lacks the role root, the role is created and granted.',
    examples: ['etcdctl user add root', 'etcdctl auth enable'],
    flags: {},
    deadline: 'command-timeout',
    result: 'text',
    toOptions(args): AuthEnableOptions {
      if (args.length > 0) throw new UsageError('auth enable command does not accept any arguments');
      return {};
    },
    run,
  });
}

export async function runAuthEnable(_options: AuthEnableOptions, context: CommandContext): Promise<void> {
  const { auth } = await context.connect();
  await enable(auth, { signal: context.signal });
  await context.emit({ kind: 'text', text: 'Authentication Enabled\n' });
}

async function enable(auth: AuthService, call: CallOptions): Promise<void> {
  for (;;) {
    try {
      await auth.authEnable({}, call);
      return;
    } catch (error) {
      if (!isEtcdError(error, 'rootRoleMissing')) throw error;
    }
    await auth.roleAdd({ name: ROOT }, call);
    await auth.userGrantRole({ user: ROOT, role: ROOT }, call);
  }
}
