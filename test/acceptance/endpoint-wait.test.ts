import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, startLab } from '../support/lab/lab.js';
import { ourEtcdctl, run } from '../support/lab/program.js';
import { startOnTerminal, terminalsMissing } from '../support/lab/terminal.js';

interface State {
  readonly endpoint: string;
  readonly health: boolean;
  readonly state: string;
  readonly reason?: string;
  readonly attempts: number;
}

async function check(lab: Lab, args: readonly string[], flags = lab.flags()) {
  const words = [...flags, 'endpoint', 'health', ...args];
  const { code, stdout, stderr } = await run(ourEtcdctl(), words);
  return { code, stdout: stdout.toString(), stderr: stderr.toString() };
}

async function states(lab: Lab, args: readonly string[], flags?: readonly string[]) {
  const { code, stdout } = await check(lab, [...args, '-w', 'json'], flags && [...flags]);
  return { code, states: JSON.parse(stdout) as State[] };
}

describe('endpoint health --wait on three members', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({ profile: 'tls', members: 3 });
  });
  afterAll(() => lab?.stop());
  afterEach(async () => {
    for (const [index, { pid }] of lab.cluster.members.entries()) {
      if (pid === undefined) await lab.cluster.restart(index);
    }
    await lab.cluster.serving();
  });

  /** Kills a member, and waits until the others have a leader: it may have been this one. */
  async function kill(index: number): Promise<void> {
    await lab.cluster.kill(index);
    await lab.cluster.serving();
  }

  it('prints what `endpoint health` prints when all are healthy', async () => {
    const { code, stdout, stderr } = await check(lab, ['--wait=20s']);
    const lines = lab.cluster.endpoints.map(
      (endpoint) => `${endpoint} is healthy: successfully committed proposal: took = TIME\n`,
    );
    expect({ code, stdout: stdout.replaceAll(/= \S+/g, '= TIME'), stderr }).toEqual({
      code: 0,
      stdout: lines.join(''),
      stderr: '',
    });
  });

  it('prints the last state when the time is up, and fails', async () => {
    const [a, b, c] = lab.cluster.endpoints;
    await kill(2);
    const { code, stdout, stderr } = await check(lab, ['--wait=1s']);
    expect(code).toBe(1);
    expect(stdout.match(/^\S+ is healthy/gm)).toEqual([`${a} is healthy`, `${b} is healthy`]);
    expect(stderr.replace(/after \S+/, 'after TIME')).toBe(
      [
        `${c} is unhealthy: failed to commit proposal: context deadline exceeded`,
        `${c}: connection refused`,
        '2 of 3 healthy after TIME',
        'Error: unhealthy cluster\n',
      ].join('\n'),
    );
  });

  it('is satisfied by a majority with --quorum, and not by less', async () => {
    await kill(0);
    const kept = await states(lab, ['--quorum']);
    expect(kept).toMatchObject({
      code: 0,
      states: [
        { state: 'unhealthy', health: false, reason: 'connection refused' },
        { state: 'healthy', attempts: 1 },
        { state: 'healthy', health: true },
      ],
    });
    expect((await check(lab, ['--quorum', '--cluster', '--wait=20s'])).code).toBe(0);
    await lab.cluster.kill(1);
    const lost = await states(lab, ['--quorum', '--wait=1s']);
    expect(lost.code).toBe(1);
    expect(lost.states.map(({ state }) => state)).toEqual(['unhealthy', 'unhealthy', 'unhealthy']);
  });

  it('says that the members cannot be listed without a quorum', async () => {
    await Promise.all([lab.cluster.kill(0), lab.cluster.kill(1)]);
    const { code, stdout, stderr } = await check(lab, ['--cluster', '--wait=1s']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^Error: failed to fetch endpoints from etcd cluster member list: /m);
  });

  it('knows the health of no member whose certificate it cannot verify', async () => {
    const flags = lab.flags().map((flag) => flag.replace(/^--cacert=.*/, `--cacert=${lab.pki?.client.cert}`));
    const { code, states: unknown } = await states(lab, ['--quorum', '--wait=1s'], flags);
    expect(code).toBe(1);
    expect(unknown).toHaveLength(3);
    for (const { state, health, reason } of unknown) {
      expect({ state, health }).toEqual({ state: 'unknown', health: false });
      expect(reason).toMatch(/^the server's certificate is signed by an unknown authority/);
    }
  });

  it('knows the health of no member that wants a client certificate', async () => {
    const flags = lab.flags().filter((flag) => !/^--(cert|key)=/.test(flag));
    const { states: unknown } = await states(lab, ['--wait=1s'], flags);
    expect(unknown.map(({ state }) => state)).toEqual(['unknown', 'unknown', 'unknown']);
  });

  it('keeps endpoints that failed in `endpoint status --all`, in order, with the reason', async () => {
    await lab.cluster.kill(1);
    const args = [...lab.flags(), 'endpoint', 'status', '--all', '-w', 'json'];
    const { code, stdout, stderr } = await run(ourEtcdctl(), args);
    const [a, b, c] = lab.cluster.endpoints;
    expect(code).toBe(1);
    expect(JSON.parse(stdout.toString())).toEqual([
      { Endpoint: a, Status: expect.objectContaining({ version: lab.version }) },
      { Endpoint: b, Error: 'context deadline exceeded', Reasons: [`${b}: connection refused`] },
      { Endpoint: c, Status: expect.objectContaining({ version: lab.version }) },
    ]);
    expect(stderr.toString()).toContain(`Failed to get the status of endpoint ${b} `);
  });

  describe.skipIf(terminalsMissing !== undefined)(`on a terminal (${terminalsMissing ?? 'script'})`, () => {
    const onTerminal = (...args: readonly string[]) =>
      startOnTerminal(ourEtcdctl(), [...lab.flags(), 'endpoint', 'health', '--wait=50s', ...args]);

    it('shows for which members it waits, until they are back', async () => {
      await kill(2);
      const terminal = onTerminal();
      await terminal.waitFor(`2 of 3 healthy, waiting for ${lab.cluster.endpoints[2]}`);
      await lab.cluster.restart(2);
      const { code, stdout } = await terminal.result;
      expect(code).toBe(0);
      expect(stdout.toString()).toMatch(/3 of 3 healthy *\r\n(\S+ is healthy: .*\r\n){3}$/);
    });

    it('ends at once on a signal, with the reasons', async () => {
      const [endpoint] = lab.cluster.endpoints;
      await kill(0);
      const terminal = onTerminal();
      await terminal.waitFor('2 of 3 healthy');
      await terminal.signal('SIGTERM');
      const { code, stdout } = await terminal.result;
      expect(code).toBe(143);
      expect(stdout.toString()).toContain(`\n${endpoint}: connection refused\r\n`);
      expect(stdout.toString()).not.toContain('is healthy');
    });

    it('waits for the list of members too', async () => {
      await Promise.all([lab.cluster.kill(0), lab.cluster.kill(1)]);
      const terminal = onTerminal('--cluster', '--command-timeout=1s');
      await terminal.waitFor('waiting for the list of members');
      await Promise.all([lab.cluster.restart(0), lab.cluster.restart(1)]);
      expect((await terminal.result).code).toBe(0);
    });
  });
});

describe('endpoint health --wait with auth', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({ profile: 'auth' });
  });
  afterAll(() => lab?.stop());

  it('succeeds with the right password', async () => {
    expect(await states(lab, ['--wait=20s'])).toMatchObject({ code: 0, states: [{ state: 'healthy' }] });
  });

  it.each([
    ['the wrong password', ['--user=root:wrong'], /^etcdserver: authentication failed/],
    ['no user', [], /^etcdserver: user name is empty/],
  ])('knows no health with %s', async (_name, user, reason) => {
    const flags = [`--endpoints=${lab.cluster.endpoints.join(',')}`, ...user];
    const { code, states: unknown } = await states(lab, ['--wait=1s'], flags);
    expect(code).toBe(1);
    expect(unknown).toMatchObject([{ state: 'unknown', health: false }]);
    expect(unknown[0]?.reason).toMatch(reason);
  });

  it('refuses values that are no time to wait, and files that do not exist, at once', async () => {
    const refused = async (...args: string[]) => {
      const { code, stderr } = await run(ourEtcdctl(), [...args, 'endpoint', 'health', '--wait=50s']);
      return `${code} ${stderr.toString().trim().split('\n').at(-1)}`;
    };
    expect(await refused('--endpoints=')).toBe('2 Error: etcdclient: no available endpoints');
    expect(await refused('--cacert=/nowhere')).toBe('128 Error: open /nowhere: no such file or directory');
    expect(await check(lab, ['--wait=-1s'])).toMatchObject({ code: 128 });
    expect(await check(lab, ['--wait=soon'])).toMatchObject({ code: 1 });
  });
});
