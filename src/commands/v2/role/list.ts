import { rejectArguments } from '../../../cli/v2/arguments.js';
import type { V2CommandParent, V2Context } from '../../../cli/v2/command.js';

export type RoleListOptions = Record<string, never>;

export function registerRoleList(parent: V2CommandParent, run = runRoleList): void {
  parent.command({
    name: 'list',
    summary: 'List all roles',
    flags: {},
    callFailure: 'plain',
    successor: 'etcdctl role list',
    toOptions(args): RoleListOptions {
      rejectArguments(args);
      return {};
    },
    run,
  });
}

export async function runRoleList(_options: RoleListOptions, context: V2Context): Promise<void> {
  const { roles } = await context.connect();
  const names = await roles.list({ signal: context.deadline() });
  await context.emit({ kind: 'text', text: names.map((name) => `${name}\n`).join('') });
}
