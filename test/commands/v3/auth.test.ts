import { describe, expect, it, vi } from 'vitest';
import { registerAuth } from '../../../src/commands/v3/auth/auth.js';
import { runAuthDisable } from '../../../src/commands/v3/auth/disable.js';
import { runAuthEnable } from '../../../src/commands/v3/auth/enable.js';
import { runAuthStatus } from '../../../src/commands/v3/auth/status.js';
import { ServerError } from '../../../src/model/errors.js';
import type { AuthService } from '../../../src/model/services.js';
import { fakeContext } from '../../support/fake-context.js';
import { parseCommand } from '../../support/parse-command.js';

const contextWith = (auth: Partial<AuthService>) =>
  fakeContext({ connect: () => ({ auth: auth as AuthService }) });
const refusal = (message: string) => new ServerError(`etcdserver: ${message}`, 'FailedPrecondition');

describe('auth', () => {
  it.each(['enable', 'disable', 'status'])('%s accepts no arguments', (name) => {
    const message = `auth ${name} command does not accept any arguments`;
    expect(() => parseCommand(registerAuth, ['auth', name, 'x'])).toThrow(
      expect.objectContaining({ message }),
    );
    expect(parseCommand(registerAuth, ['auth', name])).toEqual({});
  });

  it('adds and grants the role root when the user root does not have it, and tries again', async () => {
    const calls: unknown[] = [];
    const note = (name: string) => async (request: object) => {
      calls.push([name, request]);
      return {};
    };
    const authEnable = vi
      .fn(note('enable'))
      .mockRejectedValueOnce(refusal('root user does not have root role'));
    const { context, emitted } = contextWith({
      authEnable,
      roleAdd: note('add'),
      userGrantRole: note('grant'),
    });
    await runAuthEnable({}, context);
    expect(calls).toEqual([
      ['add', { name: 'root' }],
      ['grant', { user: 'root', role: 'root' }],
      ['enable', {}],
    ]);
    expect(emitted).toEqual([{ kind: 'text', text: 'Authentication Enabled\n' }]);
  });

  it('creates nothing when the user root does not exist', async () => {
    const authEnable = () => Promise.reject(refusal('root user does not exist'));
    await expect(runAuthEnable({}, contextWith({ authEnable }).context)).rejects.toThrow(
      'root user does not exist',
    );
  });

  it('prints that authentication is disabled, and the status', async () => {
    const response = { enabled: true, authRevision: 7n };
    const { context, emitted } = contextWith({
      authDisable: async () => ({}),
      authStatus: async () => response,
    });
    await runAuthDisable({}, context);
    await runAuthStatus({}, context);
    expect(emitted).toEqual([
      { kind: 'text', text: 'Authentication Disabled\n' },
      { kind: 'auth-status', response },
    ]);
  });
});
