import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { rejectInvalidUtf8 } from '../../../cli/utf8.js';
import { UsageError } from '../../../model/errors.js';
import type { KeyRange } from '../../../model/key-range.js';
import { PermissionType, type RoleGrantPermissionRequest } from '../../../model/messages/auth.js';
import { permissionRange, permissionRangeFlags } from './permission-range.js';

export interface RoleGrantPermissionOptions {
  readonly role: string;
  readonly type: PermissionType;
  readonly range: KeyRange;
}

const PERMISSION_TYPES: ReadonlyMap<string, PermissionType> = new Map([
  ['READ', PermissionType.read],
  ['WRITE', PermissionType.write],
  ['READWRITE', PermissionType.readWrite],
]);

export function registerRoleGrantPermission(parent: CommandParent, run = runRoleGrantPermission): void {
  parent.command({
    name: 'grant-permission',
    usage: '<role name> <permission type> <key> [endkey]',
    argumentCandidates: ['role'],
    summary: 'Grant a role permission to a key or a range of keys',
    description:
      'The permission type is read, write or readwrite. With endkey, the range is [<key>, endkey).',
    examples: [
      'etcdctl role grant-permission reader read config',
      'etcdctl role grant-permission editor readwrite registry/ --prefix',
    ],
    flags: permissionRangeFlags,
    deadline: 'none',
    result: 'role-grant-permission',
    toOptions(args, given): RoleGrantPermissionOptions {
      const [role, type, key, end] = args;
      if (role === undefined || type === undefined || key === undefined) {
        throw new UsageError(
          'role grant command requires role name, permission type, and key [endkey] as its argument',
        );
      }
      const permission = toPermissionType(type);
      const range = permissionRange(key, end, given);
      rejectInvalidUtf8(role);
      return { role, type: permission, range };
    },
    run,
  });
}

function toPermissionType(name: string): PermissionType {
  const type = PERMISSION_TYPES.get(name.toUpperCase());
  if (type === undefined) {
    throw new UsageError(`invalid permission type: ${name}`, 'arguments', {
      reasons: ['the permission type must be read, write or readwrite'],
    });
  }
  return type;
}

export function toRoleGrantPermissionRequest(
  options: RoleGrantPermissionOptions,
): RoleGrantPermissionRequest {
  return { name: options.role, perm: { permType: options.type, ...options.range } };
}

export async function runRoleGrantPermission(
  options: RoleGrantPermissionOptions,
  context: CommandContext,
): Promise<void> {
  const { auth } = await context.connect();
  const request = toRoleGrantPermissionRequest(options);
  const response = await auth.roleGrantPermission(request, { signal: context.signal });
  await context.emit({ kind: 'role-grant-permission', role: options.role, response });
}
