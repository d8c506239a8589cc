import { rejectArguments } from '../../../cli/v2/arguments.js';
import type { V2CommandParent, V2Context } from '../../../cli/v2/command.js';

export type AuthDisableOptions = Record<string, never>;

export function registerAuthDisable(parent: V2CommandParent, run = runAuthDisable): void {
  parent.command({
    name: 'disable',
    summary: 'Disable authentication',
    examples: ['etcdctl --username root auth disable'],
    flags: {},
    callFailure: 'plain',
    successor: 'etcdctl auth disable',
    toOptions(args): AuthDisableOptions {
      rejectArguments(args);
      return {};
    },
    run,
  });
}

export async function runAuthDisable(_options: AuthDisableOptions, context: V2Context): Promise<void> {
  const { auth } = await context.connect();
  await auth.disable({ signal: context.deadline() });
  await context.emit({ kind: 'text', text: 'Authentication Disabled\n' });
}
