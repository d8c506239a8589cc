import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { rejectInvalidUtf8 } from '../../../cli/utf8.js';
import { bytesFromText } from '../../../go/bytes.js';
import { UsageError } from '../../../model/errors.js';
import type { KeyRange } from '../../../model/key-range.js';
import type { RoleRevokePermissionRequest } from '../../../model/messages/auth.js';
import { permissionRange, permissionRangeFlags } from './permission-range.js';

export interface RoleRevokePermissionOptions {
  readonly role: string;
  readonly range: KeyRange;
  /** The key as given, for the output. The key of the range can differ. */
  readonly key: Uint8Array;
}

export function registerRoleRevokePermission(parent: CommandParent, run = runRoleRevokePermission): void {
  parent.command({
    name: 'revoke-permission',
    usage: '<role name> <key> [endkey]',
    argumentCandidates: ['role'],
    summary: 'Revoke the permission to a key or a range of keys from a role',
    description: 'The range must be exactly the range that was granted.',
    examples: [
      'etcdctl role revoke-permission reader config',
      'etcdctl role revoke-permission editor registry/ --prefix',
    ],
    flags: permissionRangeFlags,
    deadline: 'none',
    result: 'role-revoke-permission',
    toOptions(args, given): RoleRevokePermissionOptions {
      const [role, key, end] = args;
      if (role === undefined || key === undefined) {
        throw new UsageError(
          'role revoke-permission command requires role name and key [endkey] as its argument',
        );
      }
      const range = permissionRange(key, end, given);
      rejectInvalidUtf8(role);
      return { role, range, key: bytesFromText(key) };
    },
    run,
  });
}

export function toRoleRevokePermissionRequest({
  role,
  range,
}: RoleRevokePermissionOptions): RoleRevokePermissionRequest {
  return { role, ...range };
}

export async function runRoleRevokePermission(
  options: RoleRevokePermissionOptions,
  context: CommandContext,
): Promise<void> {
  const { auth } = await context.connect();
  const request = toRoleRevokePermissionRequest(options);
  const response = await auth.roleRevokePermission(request, { signal: context.signal });
  const { role, key } = options;
  const rangeEnd = options.range.rangeEnd ?? new Uint8Array(0);
  await context.emit({ kind: 'role-revoke-permission', role, key, rangeEnd, response });
}
