import { rejectArguments } from '../../../cli/v2/arguments.js';
import type { V2CommandParent, V2Context } from '../../../cli/v2/command.js';

export type AuthEnableOptions = Record<string, never>;

export function registerAuthEnable(parent: V2CommandParent, run = runAuthEnable): void {
  parent.command({
    name: 'enable',
    summary: 'Enable authentication',
    description: 'Requires the user root.',
    examples: ['etcdctl user add root', 'etcdctl auth enable'],
    flags: {},
    callFailure: 'plain',
    successor: 'etcdctl auth enable',
    toOptions(args): AuthEnableOptions {
      rejectArguments(args);
      return {};
    },
    run,
  });
}

export async function runAuthEnable(_options: AuthEnableOptions, context: V2Context): Promise<void> {
  const { auth } = await context.connect();
  await auth.enable({ signal: context.deadline() });
  await context.emit({ kind: 'text', text: 'Authentication Enabled\n' });
}
