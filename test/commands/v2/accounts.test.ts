import { describe, expect, it, vi } from 'vitest';
import { runAuthDisable } from '../../../src/commands/v2/auth/disable.js';
import { runAuthEnable } from '../../../src/commands/v2/auth/enable.js';
import { runRoleAdd } from '../../../src/commands/v2/role/add.js';
import { runRoleGet } from '../../../src/commands/v2/role/get.js';
import { registerRoleGrant, runRoleGrant } from '../../../src/commands/v2/role/grant.js';
import { registerRole } from '../../../src/commands/v2/role/role.js';
import { registerUserAdd, runUserAdd, type UserAddOptions } from '../../../src/commands/v2/user/add.js';
import { runUserGet } from '../../../src/commands/v2/user/get.js';
import { registerUserGrant } from '../../../src/commands/v2/user/grant.js';
import { runUserList } from '../../../src/commands/v2/user/list.js';
import { runUserPasswd } from '../../../src/commands/v2/user/passwd.js';
import { registerUser } from '../../../src/commands/v2/user/user.js';
import { V2CallError } from '../../../src/model/v2/errors.js';
import { fakeV2Context, parseV2Command } from '../../support/fake-v2-context.js';

function texts({ emitted }: ReturnType<typeof fakeV2Context>): string {
  return emitted.map((each) => (each.kind === 'text' ? each.text : each.kind)).join('');
}

describe('version 2 user', () => {
  it.each([
    [['user', 'list', 'x'], 'No arguments accepted'],
    [['user', 'get'], 'Please provide a username'],
    [['user', 'get', 'a', 'b'], 'Please provide a username'],
    [['user', 'add'], 'Please provide a username'],
    [['user', 'grant', 'a'], 'No roles specified; please use `--roles`'],
    [['user', 'revoke', '--roles', 'r'], 'Please provide a username'],
  ])('rejects %j', (argv, message) => {
    expect(() => parseV2Command(registerUser, argv)).toThrow(
      expect.objectContaining({ message, ending: 'plain' }),
    );
  });

  it('accepts roles unchanged, commas included', () => {
    expect(parseV2Command(registerUserGrant, ['grant', 'ann', '--roles', 'a,b', '--roles', 'c'])).toEqual({
      user: 'ann',
      roles: ['a,b', 'c'],
    });
  });

  it('add uses the password after the first colon, or prompts for it', async () => {
    const options = (argument: string) =>
      parseV2Command(registerUserAdd, ['add', argument]) as UserAddOptions;
    expect(options('ann:a:b')).toEqual({ user: 'ann', password: 'a:b' });
    expect(options('ann:')).toEqual({ user: 'ann', password: '' });
    const setPassword = vi.fn(async () => {});
    const asked: string[] = [];
    const prompt = {
      password: async (question: string) => {
        asked.push(question);
        return 'secret';
      },
    };
    const fake = fakeV2Context({ client: { users: { setPassword } }, prompt });
    await runUserAdd(options('ann'), fake.context);
    await runUserAdd(options('bob:x'), fake.context);
    expect(asked).toEqual(['New password: ']);
    expect(setPassword.mock.calls.map(([name, password]: unknown[]) => [name, password])).toEqual([
      ['ann', 'secret'],
      ['bob', 'x'],
    ]);
    expect(texts(fake)).toBe('User ann created\nUser bob created\n');
  });

  it('passwd does not create a user', async () => {
    const setPassword = vi.fn(async () => {});
    const prompt = { password: async () => 'secret' };
    const fake = fakeV2Context({ client: { users: { list: async () => ['ann'], setPassword } }, prompt });
    await expect(runUserPasswd({ user: 'bob' }, fake.context)).rejects.toMatchObject({
      message: 'auth: User bob does not exist.',
      ending: 'plain',
    });
    expect(setPassword).not.toHaveBeenCalled();
    await runUserPasswd({ user: 'ann' }, fake.context);
    expect(texts(fake)).toBe('Password updated\n');
  });

  it('get prints the additional spaces of etcdctl', async () => {
    const get = async (name: string) => ({ name, roles: name === 'ann' ? ['r1', 'r2'] : [] });
    const fake = fakeV2Context({ client: { users: { get } } });
    await runUserGet({ user: 'ann' }, fake.context);
    await runUserGet({ user: 'bob' }, fake.context);
    expect(texts(fake)).toBe('User: ann\nRoles:   r1 r2\nUser: bob\nRoles: \n');
  });

  it('list prints a line for each user, and nothing without users', async () => {
    const fake = fakeV2Context({ client: { users: { list: async () => ['ann', 'bob'] } } });
    await runUserList({}, fake.context);
    expect(texts(fake)).toBe('ann\nbob\n');
  });
});

describe('version 2 role', () => {
  const role = { name: 'r', read: ['/a', '/b/*'], write: [] };

  it.each([
    [['role', 'get'], 'Please provide a role name'],
    [['role', 'grant', 'r'], 'No path specified; please use `--path`'],
    [['role', 'grant', 'r', '--path', 'a'], 'Not canonical path; please use `--path=/a`'],
    [['role', 'grant', 'r', '--path', '/a//b/../'], 'Not canonical path; please use `--path=/a/`'],
    [['role', 'grant', 'r', '--path', '/a'], 'Please specify exactly one of --read, --write or --readwrite'],
    [
      ['role', 'revoke', 'r', '--path', '/a', '-rw', '--read'],
      'Please specify exactly one of --read, --write or --readwrite',
    ],
    [['role', 'grant', '--path', '/a', '--read', 'r', 's'], 'Please provide a role name'],
  ])('rejects %j', (argv, message) => {
    expect(() => parseV2Command(registerRole, argv)).toThrow(
      expect.objectContaining({ message, ending: 'plain' }),
    );
  });

  it.each([
    ['--read', { read: ['/a*'], write: [] }],
    ['--write', { read: [], write: ['/a*'] }],
    ['--rw', { read: ['/a*'], write: ['/a*'] }],
  ])('grant with %s sends %j', async (flag, permissions) => {
    const options = parseV2Command(registerRoleGrant, ['grant', '--path=/a*', flag, 'r']);
    expect(options).toEqual({ role: 'r', permissions });
  });

  it('grant prints whether the role changed', async () => {
    const options = { role: 'r', permissions: { read: ['/c'], write: [] } };
    const changed = fakeV2Context({
      client: { roles: { get: async () => role, grant: async () => ({ ...role, read: ['/c'] }) } },
    });
    await runRoleGrant(options, changed.context);
    expect(texts(changed)).toBe('Role r updated\n');
    const same = fakeV2Context({ client: { roles: { get: async () => role, grant: async () => role } } });
    await runRoleGrant(options, same.context);
    expect(texts(same)).toBe('Role unchanged; already grantedRole r updated\n');
  });

  it('add checks whether the role exists', async () => {
    const add = vi.fn(async () => {});
    const known = fakeV2Context({ client: { roles: { get: async () => role, add } } });
    await expect(runRoleAdd({ role: 'r' }, known.context)).rejects.toThrow('Role r already exists');
    expect(add).not.toHaveBeenCalled();
    const get = () => Promise.reject(new V2CallError('auth: Role r does not exist.'));
    const unknown = fakeV2Context({ client: { roles: { get, add } } });
    await runRoleAdd({ role: 'r' }, unknown.context);
    expect(texts(unknown)).toBe('Role r created\n');
  });

  it('get prints the permissions', async () => {
    const fake = fakeV2Context({ client: { roles: { get: async () => role } } });
    await runRoleGet({ role: 'r' }, fake.context);
    expect(texts(fake)).toBe('Role: r\nKV Read:\n\t/a\n\t/b/*\nKV Write:\n');
  });
});

describe('version 2 auth', () => {
  it('prints the outcome', async () => {
    const enable = vi.fn(async () => {});
    const disable = vi.fn(async () => {});
    const fake = fakeV2Context({ client: { auth: { enable, disable } } });
    await runAuthEnable({}, fake.context);
    await runAuthDisable({}, fake.context);
    expect(texts(fake)).toBe('Authentication Enabled\nAuthentication Disabled\n');
    expect([enable.mock.calls.length, disable.mock.calls.length]).toEqual([1, 1]);
  });
});
