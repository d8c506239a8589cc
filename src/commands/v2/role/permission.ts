import { posix } from 'node:path';
import { boolFlag, type FlagValues, stringFlag } from '../../../cli/flags.js';
import { roleArgument } from '../../../cli/v2/arguments.js';
import { V2Failure } from '../../../model/v2/errors.js';
import type { V2Permissions, V2Role } from '../../../model/v2/services.js';

/** The options of `role grant` and `role revoke`. */
export interface RolePermissionOptions {
  readonly role: string;
  readonly permissions: V2Permissions;
}

export const rolePermissionFlags = {
  path: stringFlag('', 'key of the permission; a trailing * makes it a prefix'),
  read: boolFlag(false, 'read permission'),
  write: boolFlag(false, 'write permission'),
  readwrite: boolFlag(false, 'read and write permission', { short: 'rw' }),
};

export function toRolePermissionOptions(
  args: readonly string[],
  { path, read, write, readwrite }: FlagValues<typeof rolePermissionFlags>,
): RolePermissionOptions {
  if (path === '') throw new V2Failure('No path specified; please use `--path`', 'plain');
  const canonical = posix.normalize(`/${path}`);
  if (canonical !== path) {
    throw new V2Failure(`Not canonical path; please use \`--path=${canonical}\``, 'plain');
  }
  if ([read, write, readwrite].filter(Boolean).length !== 1) {
    throw new V2Failure('Please specify exactly one of --read, --write or --readwrite', 'plain');
  }
  const permissions = { read: read || readwrite ? [path] : [], write: write || readwrite ? [path] : [] };
  return { role: roleArgument(args), permissions };
}

/**
 * The output of `role grant` and `role revoke`. Newer servers reject an update without changes. Older ones accept it; etcdctl then
 * prints `Role unchanged` without a line end.
 */
export function changeText(before: V2Role, after: V2Role, done: 'granted' | 'revoked'): string {
  const isSame = JSON.stringify(before) === JSON.stringify(after);
  return `${isSame ? `Role unchanged; already ${done}` : ''}Role ${before.name} updated\n`;
}
