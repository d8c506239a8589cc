import { stringArrayFlag, userArgument } from '../../../cli/v2/arguments.js';
import { V2Failure } from '../../../model/v2/errors.js';

/** The options of `user grant` and `user revoke`. */
export interface UserRolesOptions {
  readonly user: string;
  readonly roles: readonly string[];
}

export const userRolesFlags = { roles: stringArrayFlag('role to grant or revoke; can be repeated') };

export function toUserRolesOptions(
  args: readonly string[],
  { roles }: { readonly roles: readonly string[] },
): UserRolesOptions {
  if (roles.length === 0) throw new V2Failure('No roles specified; please use `--roles`', 'plain');
  return { user: userArgument(args), roles };
}
