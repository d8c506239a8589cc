import { describe, expect, it, vi } from 'vitest';
import {
  type RoleGrantPermissionOptions,
  toRoleGrantPermissionRequest,
} from '../../../src/commands/v3/role/grant-permission.js';
import {
  type RoleRevokePermissionOptions,
  runRoleRevokePermission,
} from '../../../src/commands/v3/role/revoke-permission.js';
import { registerRole } from '../../../src/commands/v3/role/role.js';
import type { AuthService } from '../../../src/model/services.js';
import { fakeContext } from '../../support/fake-context.js';
import { parseCommand } from '../../support/parse-command.js';

const options = (...argv: string[]) => parseCommand(registerRole, ['role', ...argv]);
const bytes = (text: string) => Buffer.from(text, 'latin1');
const EXCLUSIVE = '--from-key and --prefix flags are mutually exclusive';

describe('role: the command line', () => {
  it.each([
    [['add'], 'role add command requires role name as its argument'],
    [['delete', 'a', 'b'], 'role delete command requires role name as its argument'],
    [['get'], 'role get command requires role name as its argument'],
    [['list', 'x'], 'role list command requires no arguments'],
    [
      ['grant-permission', 'r', 'read'],
      'role grant command requires role name, permission type, and key [endkey] as its argument',
    ],
    [['grant-permission', 'r', 'append', 'k'], 'invalid permission type: append'],
    [['grant-permission', 'r', 'read', 'k', '--prefix', '--from-key'], EXCLUSIVE],
    [['grant-permission', 'r', 'read', '', '--prefix', '--from-key'], EXCLUSIVE],
    [
      ['grant-permission', 'r', 'read', 'k', 'z', '--prefix'],
      'unexpected endkey argument with --prefix flag',
    ],
    [['revoke-permission', 'r', 'k', 'z', '--from-key'], 'unexpected endkey argument with --from-key flag'],
    [
      ['revoke-permission', 'r'],
      'role revoke-permission command requires role name and key [endkey] as its argument',
    ],
  ])('rejects %j', (argv, message) => {
    expect(() => options(...argv)).toThrow(expect.objectContaining({ message, kind: 'arguments' }));
  });

  it.each([
    [['k'], { key: bytes('k') }],
    [['k', 'z'], { key: bytes('k'), rangeEnd: bytes('z') }],
    [['k', '--prefix'], { key: bytes('k'), rangeEnd: bytes('l') }],
    [['k', '--from-key'], { key: bytes('k'), rangeEnd: bytes('\0') }],
    [[''], { key: bytes('\0') }],
    [['', 'z'], { key: bytes('\0') }],
    [['', '--prefix'], { key: bytes('\0'), rangeEnd: bytes('\0') }],
    [['', 'z', '--from-key'], { key: bytes('\0'), rangeEnd: bytes('\0') }],
    [['\udcff', '--prefix'], { key: bytes('\xff'), rangeEnd: bytes('\0') }],
  ])('grants the range of %j', (argv, range) => {
    const given = options('grant-permission', 'r', 'ReadWrite', ...argv) as RoleGrantPermissionOptions;
    expect(toRoleGrantPermissionRequest(given)).toEqual({ name: 'r', perm: { permType: 2, ...range } });
  });
});

it('prints the key of a revoked permission as given', async () => {
  const roleRevokePermission = vi.fn(async () => ({}));
  const auth = { roleRevokePermission } as Partial<AuthService> as AuthService;
  const { context, emitted } = fakeContext({ connect: () => ({ auth }) });
  const given = options('revoke-permission', 'r', '', '--prefix') as RoleRevokePermissionOptions;
  await runRoleRevokePermission(given, context);
  const request = { role: 'r', key: bytes('\0'), rangeEnd: bytes('\0') };
  expect(roleRevokePermission).toHaveBeenCalledWith(request, expect.anything());
  expect(emitted).toMatchObject([
    { kind: 'role-revoke-permission', role: 'r', key: bytes(''), rangeEnd: bytes('\0') },
  ]);
});
