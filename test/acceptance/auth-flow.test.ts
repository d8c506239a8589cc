import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accounts, type KnownAccounts } from '../support/lab/accounts.js';
import { type Lab, references, rootPassword, startLab } from '../support/lab/lab.js';
import { ourEtcdctl, type Program, type Running, type RunResult, run } from '../support/lab/program.js';
import { startOnTerminal, terminalsMissing } from '../support/lab/terminal.js';

const reader: KnownAccounts = {
  users: { bob: ['reader'] },
  roles: { reader: [{ type: 'READ', key: 'a', end: 'c' }] },
};

describe.each(references.map((reference) => ({ reference, version: reference.version })))(
  'auth on a server without users, etcd $version',
  ({ reference }) => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await startLab({ reference });
    });
    afterAll(() => lab?.stop());
    afterEach(() => accounts().set(lab));

    const ours = (...args: readonly string[]) => run(ourEtcdctl(), [...lab.flags(), ...args]);
    const as = (user: string, ...args: readonly string[]) => ours(`--user=${user}`, ...args);
    const root = (...args: readonly string[]) => as(`root:${rootPassword}`, ...args);

    async function mustDo(running: Promise<RunResult>): Promise<string> {
      const { code, stdout, stderr } = await running;
      expect(code, stderr.toString()).toBe(0);
      return stdout.toString();
    }

    it('permits what the roles grant, and nothing else, until it is disabled', async () => {
      expect((await ours('auth', 'enable')).stderr.toString()).toContain('root user does not exist');
      await mustDo(ours('user', 'add', `root:${rootPassword}`));
      expect(await mustDo(ours('auth', 'enable'))).toBe('Authentication Enabled\n');
      expect(await mustDo(root('user', 'get', 'root'))).toBe('User: root\nRoles: root\n');

      await mustDo(root('role', 'add', 'app'));
      await mustDo(root('role', 'grant-permission', 'app', 'readwrite', 'app/', '--prefix'));
      await mustDo(root('user', 'add', 'bob:secret'));
      await mustDo(root('user', 'grant-role', 'bob', 'app'));
      await mustDo(as('bob:secret', 'put', 'app/1', 'one'));
      expect(await mustDo(as('bob:secret', 'get', 'app/', '--prefix'))).toBe('app/1\none\n');
      expect((await as('bob:secret', 'get', 'other')).stderr.toString()).toContain('permission denied');
      expect((await as('bob:wrong', 'get', 'app/1')).code).toBe(2);
      expect((await ours('get', 'app/1')).stderr.toString()).toContain('user name is empty');

      await mustDo(root('role', 'revoke-permission', 'app', 'app/', '--prefix'));
      expect((await as('bob:secret', 'get', 'app/1')).code).toBe(1);
      expect(await mustDo(root('auth', 'disable'))).toBe('Authentication Disabled\n');
      expect(await mustDo(ours('get', 'app/1'))).toBe('app/1\none\n');
    });

    it('lets a user lock and elect with permission on the prefix', async () => {
      await mustDo(ours('user', 'add', `root:${rootPassword}`));
      await mustDo(ours('role', 'add', 'locker'));
      await mustDo(ours('role', 'grant-permission', 'locker', 'readwrite', 'jobs/', '--prefix'));
      await mustDo(ours('user', 'add', 'bob:secret'));
      await mustDo(ours('user', 'grant-role', 'bob', 'locker'));
      await mustDo(ours('auth', 'enable'));
      expect(await mustDo(as('bob:secret', 'lock', 'jobs', 'echo', 'done'))).toBe('done\n');
      expect((await as('bob:secret', 'lock', 'other', 'echo', 'done')).stderr.toString()).toContain(
        'permission denied',
      );
    });

    it.each([
      ['k'],
      ['k', 'z'],
      ['k', '--prefix'],
      ['k', '--from-key'],
      ['ÿ', '--prefix'],
      [''],
      ['', 'z'],
      ['', '--prefix'],
      ['', '--from-key'],
    ])('grants the same range as etcdctl does: %j %j', async (...range) => {
      const granted = [];
      for (const program of [lab.newestEtcdctl, ourEtcdctl()]) {
        await accounts({ roles: { r: [] } }).set(lab);
        await mustDo(run(program, [...lab.flags(), 'role', 'grant-permission', 'r', 'write', ...range]));
        granted.push((await lab.real(['role', 'get', 'r', '-w', 'json'])).stdout.toString());
      }
      const [real, ours] = granted;
      expect(ours).toBe(real);
      expect(ours).toContain('"perm":[');
    });
  },
);

describe.skipIf(terminalsMissing !== undefined)('passwords on a terminal', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
  });
  afterAll(() => lab?.stop());

  const secrets = ['s3cret', 'other'];
  const onTerminal = (program: Program, ...args: readonly string[]): Running =>
    startOnTerminal(program, [...lab.flags(), ...args], { env: { NO_COLOR: '1' } });

  /** Types each answer after its prompt appears. The screens of both programs must be equal. */
  async function expectSameScreen(args: readonly string[], dialogue: readonly (readonly [string, string])[]) {
    const ends = [];
    for (const program of [lab.newestEtcdctl, ourEtcdctl()]) {
      await accounts(reader).set(lab);
      const running = onTerminal(program, ...args);
      for (const [question, answer] of dialogue) {
        await running.waitFor(question);
        running.send(`${answer}\r`);
      }
      const { code, stdout } = await running.result;
      ends.push({ code, screen: stdout.toString() });
    }
    const [real, ours] = ends;
    for (const secret of secrets) expect(ours?.screen).not.toContain(secret);
    expect(ours).toEqual({ ...real, screen: asIfHidden(real?.screen ?? '') });
    return ours?.screen ?? '';
  }

  /** The real etcdctl turns off echo only some time after its prompt, and prints log lines; this removes both. */
  function asIfHidden(screen: string): string {
    const echoed = new RegExp(`(: )(${secrets.join('|')}|)(\r\n)+`, 'g');
    return screen.replace(/^\{"level".*\r\n/gm, '').replace(echoed, '$1\r\n');
  }

  const twice = (user: string, [first = '', second = '']: readonly string[]) =>
    [
      [`Password of ${user}: `, first],
      [`Type password of ${user} again for confirmation: `, second],
    ] as const;

  it('are prompted for twice', async () => {
    const screen = await expectSameScreen(['user', 'add', 'eve'], twice('eve', ['s3cret', 's3cret']));
    expect(screen).toContain('User eve created');
  });

  it('are refused when the two differ', async () => {
    const screen = await expectSameScreen(['user', 'passwd', 'bob'], twice('bob', ['s3cret', 'other']));
    expect(screen).toContain('Error: given passwords are different');
  });

  it('are refused when empty', async () => {
    await expectSameScreen(['user', 'add', 'eve'], [['Password of eve: ', '']]);
  });

  it('are prompted for at login', async () => {
    await expectSameScreen(['--user=bob', 'get', 'b'], [['Password: ', 's3cret']]);
  });

  it('can be pasted both at once, with their line ends', async () => {
    await accounts(reader).set(lab);
    const running = onTerminal(ourEtcdctl(), 'user', 'passwd', 'bob');
    await running.waitFor('Password of bob: ');
    running.send('s3cret\rs3cret\r');
    const { code, stdout } = await running.result;
    expect(stdout.toString()).toContain('Password updated');
    expect(stdout.toString()).not.toContain('s3cret');
    expect(code).toBe(0);
  });

  it.each(['\u0003', '\u0004'])(
    'leave the terminal settings unchanged when %j is typed instead',
    async (key) => {
      await accounts(reader).set(lab);
      const running = onTerminal(ourEtcdctl(), 'user', 'passwd', 'bob');
      await running.waitFor('Password of bob: ');
      running.send(key);
      const { code, stdout } = await running.result;
      expect(code).not.toBe(0);
      expect(stdout.toString()).not.toContain('updated');
    },
  );
});
