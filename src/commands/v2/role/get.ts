import { roleArgument } from '../../../cli/v2/arguments.js';
import type { V2CommandParent, V2Context } from '../../../cli/v2/command.js';
import type { V2Role } from '../../../model/v2/services.js';

export interface RoleGetOptions {
  readonly role: string;
}

export function registerRoleGet(parent: V2CommandParent, run = runRoleGet): void {
  parent.command({
    name: 'get',
    usage: '<role>',
    summary: 'Print the permissions of a role',
    examples: ['etcdctl role get reader'],
    flags: {},
    callFailure: 'plain',
    successor: 'etcdctl role get',
    toOptions: (args): RoleGetOptions => ({ role: roleArgument(args) }),
    run,
  });
}

export async function runRoleGet({ role }: RoleGetOptions, context: V2Context): Promise<void> {
  const { roles } = await context.connect();
  const found = await roles.get(role, { signal: context.deadline() });
  await context.emit({ kind: 'text', text: roleText(found) });
}

function roleText({ name, read, write }: V2Role): string {
  const paths = (list: readonly string[]) => list.map((path) => `\t${path}\n`).join('');
  return `Role: ${name}\nKV Read:\n${paths(read)}KV Write:\n${paths(write)}`;
}
