import { describe, expect, it, vi } from 'vitest';
import { runUserAdd, toUserAddRequest, type UserAddOptions } from '../../../src/commands/v3/user/add.js';
import { runUserGet } from '../../../src/commands/v3/user/get.js';
import { runUserPasswd } from '../../../src/commands/v3/user/passwd.js';
import { registerUser } from '../../../src/commands/v3/user/user.js';
import type { AuthService } from '../../../src/model/services.js';
import { fakeContext } from '../../support/fake-context.js';
import { parseCommand } from '../../support/parse-command.js';

const options = (...argv: string[]) => parseCommand(registerUser, ['user', ...argv]);
const service = (auth: Partial<AuthService>) => ({ connect: () => ({ auth: auth as AuthService }) });
const NO_TEXT =
  'rpc error: code = Internal desc = grpc: error while marshaling: string field contains invalid UTF-8';

/** A prompt that gives these answers in turn and records the questions. */
function answers(...given: readonly string[]) {
  const asked: string[] = [];
  const left = [...given];
  const password = async (question: string) => {
    asked.push(question);
    return left.shift() ?? '';
  };
  return { asked, password };
}

describe('user: the command line', () => {
  it.each([
    [['add'], 'user add command requires user name as its argument'],
    [['add', 'a', 'b'], 'user add command requires user name as its argument'],
    [['add', ':pw'], 'empty user name is not allowed'],
    [['delete'], 'user delete command requires user name as its argument'],
    [['get'], 'user get command requires user name as its argument'],
    [['list', 'x'], 'user list command requires no arguments'],
    [['passwd'], 'user passwd command requires user name as its argument'],
    [['grant-role', 'a'], 'user grant command requires user name and role name as its argument'],
    [['revoke-role', 'a'], 'user revoke-role requires user name and role name as its argument'],
  ])('rejects %j', (argv, message) => {
    expect(() => options(...argv)).toThrow(expect.objectContaining({ message, kind: 'arguments' }));
  });

  it.each([
    [['add', 'bob'], { user: 'bob', password: 'prompt' }],
    [['add', 'bob', '--interactive=false'], { user: 'bob', password: 'stdin' }],
    [['add', 'bob:p:w'], { user: 'bob', password: { given: 'p:w' } }],
    [['add', 'bob:'], { user: 'bob', password: { given: '' } }],
    [['add', 'a:b', '--new-user-password=pw'], { user: 'a:b', password: { given: 'pw' } }],
    [['add', 'a:b', '--no-password', '--new-user-password=pw'], { user: 'a:b', password: 'none' }],
    [['add', 'bob', '--new-user-password-file=f'], { user: 'bob', password: { file: 'f' } }],
    [['passwd', 'bob', '--new-user-password-file=-'], { user: 'bob', password: { file: '-' } }],
    [['get', 'bob', '--detail'], { user: 'bob', isDetailed: true }],
    [['passwd', 'bob', '--interactive=false'], { user: 'bob', password: 'stdin' }],
    [['revoke-role', 'bob', 'r'], { user: 'bob', role: 'r' }],
  ])('parses %j', (argv, expected) => {
    expect(options(...argv)).toEqual(expected);
  });

  it.each([
    [['add', 'bob:pw'], 'user:password'],
    [['add', 'bob', '--no-password'], '--no-password'],
    [['add', 'bob', '--new-user-password=pw'], '--new-user-password'],
    [['add', 'bob', '--interactive=false'], '--interactive=false'],
    [['passwd', 'bob', '--interactive=false'], '--interactive=false'],
  ])('rejects a second password: %j', (argv, other) => {
    expect(() => options(...argv, '--new-user-password-file=f')).toThrow(
      expect.objectContaining({
        message: `--new-user-password-file and ${other} cannot be used together: give only one of them`,
        kind: 'flag',
      }),
    );
  });

  it.each([
    ['add', '\udcff:pw'],
    ['add', 'bob:\udcff'],
    ['delete', '\udcff'],
    ['grant-role', 'a', '\udcff'],
  ])('rejects bytes that are not UTF-8: %j', (...argv) => {
    expect(() => options(...argv)).toThrow(NO_TEXT);
  });
});

describe('user add and passwd', () => {
  it('sends no password with --no-password', () => {
    const wanted: UserAddOptions = { user: 'bob', password: 'none' };
    expect(toUserAddRequest(wanted, undefined)).toEqual({
      name: 'bob',
      password: '',
      options: { noPassword: true },
    });
    expect(toUserAddRequest(wanted, '')).toEqual({
      name: 'bob',
      password: '',
      options: { noPassword: false },
    });
  });

  it('prompts twice', async () => {
    const userAdd = vi.fn(async () => ({}));
    const prompt = answers('pw', 'pw');
    const { context } = fakeContext({ ...service({ userAdd }), prompt });
    await runUserAdd({ user: 'bob', password: 'prompt' }, context);
    expect(prompt.asked).toEqual(['Password of bob: ', 'Type password of bob again for confirmation: ']);
    expect(userAdd).toHaveBeenCalledWith(
      expect.objectContaining({ name: 'bob', password: 'pw' }),
      expect.anything(),
    );
  });

  it.each([
    [[''], 'empty password'],
    [['pw', 'wp'], 'given passwords are different'],
  ])('does not connect with %j', async (given, message) => {
    const { context } = fakeContext({ prompt: answers(...given) });
    const changing = runUserPasswd({ user: 'bob', password: 'prompt' }, context);
    await expect(changing).rejects.toMatchObject({ message, kind: 'arguments' });
  });

  it('reads a file before it connects', async () => {
    const userAdd = vi.fn(async () => ({}));
    const readSecret = vi.fn(async () => ' p w ');
    const { context } = fakeContext({ ...service({ userAdd }), readSecret });
    await runUserAdd({ user: 'bob', password: { file: 'f' } }, context);
    expect(readSecret).toHaveBeenCalledWith({ flag: '--new-user-password-file', file: 'f' });
    expect(userAdd).toHaveBeenCalledWith(expect.objectContaining({ password: ' p w ' }), expect.anything());
  });

  it.each([
    ['pw', 'pw'],
    ['  pw more ', 'pw'],
    ['', ''],
    ['  ', ''],
  ])('uses the first word of a line: %j', async (line, password) => {
    const userChangePassword = vi.fn(async () => ({}));
    const { context, emitted } = fakeContext({
      ...service({ userChangePassword }),
      prompt: { line: async () => line },
    });
    await runUserPasswd({ user: 'bob', password: 'stdin' }, context);
    expect(userChangePassword).toHaveBeenCalledWith({ name: 'bob', password }, expect.anything());
    expect(emitted).toEqual([{ kind: 'user-change-password', response: {} }]);
  });
});

it('prints the permissions of each role of a user, with an empty line before each', async () => {
  const { context, emitted } = fakeContext(
    service({ userGet: async () => ({ roles: ['a', 'b'] }), roleGet: async () => ({ perm: [] }) }),
  );
  await runUserGet({ user: 'bob', isDetailed: true }, context);
  expect(emitted).toEqual([
    { kind: 'text', text: 'User: bob\n' },
    { kind: 'text', text: '\n' },
    { kind: 'role-get', role: 'a', response: { perm: [] } },
    { kind: 'text', text: '\n' },
    { kind: 'role-get', role: 'b', response: { perm: [] } },
  ]);
});
