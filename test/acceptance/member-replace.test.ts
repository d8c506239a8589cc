import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsOn, runDoctor } from '../support/lab/doctor.js';
import { type Lab, startLab } from '../support/lab/lab.js';
import { initialClusterOf, type ListedMember, membersOf } from '../support/lab/membership.js';
import { type Newcomer, prepareNewcomer } from '../support/lab/newcomer.js';
import { ourEtcdctl, type RunResult, run, start } from '../support/lab/program.js';
import { startOnTerminal, terminalsMissing } from '../support/lab/terminal.js';

const TIMEOUT_MS = 120_000;

let lab: Lab;
const newcomers: Newcomer[] = [];
beforeAll(async () => {
  lab = await startLab({ profile: 'tls', members: 3 });
});
afterAll(async () => {
  for (const newcomer of newcomers) await newcomer.stop();
  await lab?.stop();
});

async function newcomer(options: Parameters<typeof prepareNewcomer>[1]): Promise<Newcomer> {
  const prepared = await prepareNewcomer(lab, options);
  newcomers.push(prepared);
  return prepared;
}

/** The members of the moment. Those that were removed, and were endpoints before, do not answer. */
const members = () =>
  membersOf(lab, [...lab.cluster.endpoints, ...newcomers.map(({ clientUrl }) => clientUrl)]);

async function flags(): Promise<string[]> {
  return lab.flags((await members()).flatMap(({ clientUrl }) => (clientUrl === '' ? [] : [clientUrl])));
}

async function replace(...args: string[]): Promise<RunResult> {
  return run(ourEtcdctl(), [...(await flags()), 'member', 'replace', ...args], { timeoutMs: TIMEOUT_MS });
}

async function startReplace(...args: string[]) {
  return start(ourEtcdctl(), [...(await flags()), 'member', 'replace', ...args], { timeoutMs: TIMEOUT_MS });
}

/** With the words of a failure, for comparisons. */
const outcomeOf = ({ code, stderr }: RunResult) => ({ code, stderr: stderr.toString() });

const namesOf = (members: readonly ListedMember[]) => members.map(({ name }) => name).sort();

/** The ETCD_INITIAL_CLUSTER of a member that was added and has not started. */
async function initialClusterWith(name: string): Promise<string> {
  return (await members()).map((member) => `${member.name || name}=${member.peerUrl}`).join(',');
}

async function leaderName(): Promise<string> {
  const { stdout } = await run(lab.etcdctl, [...(await flags()), 'endpoint', 'status']);
  const lines = stdout
    .toString()
    .split('\n')
    .map((line) => line.split(', '));
  const [, leader] = lines.find((cells) => cells[8] === 'true') ?? [];
  return (await members()).find(({ id }) => id === leader)?.name ?? '';
}

describe('member replace refuses, and changes nothing', () => {
  it.each<[string, () => string[], RegExp]>([
    [
      'nobody who could confirm it',
      () => ['m3', '--peer-urls=https://127.0.0.1:1'],
      /--yes does these steps/,
    ],
    [
      'an unknown member',
      () => ['m9', '--peer-urls=https://127.0.0.1:1', '--yes'],
      /the members are .*\n.*member add NAME --learner --peer-urls=.*\nError: there is no member m9/,
    ],
    [
      'the peer URL of another member',
      () => ['m3', `--peer-urls=${lab.cluster.members[1]?.peerUrl},https://127.0.0.1:1`, '--yes'],
      /Error: the peer URL https:.* is that of m2/,
    ],
    [
      'all peer URLs of another member',
      () => ['m3', `--peer-urls=${lab.cluster.members[1]?.peerUrl}`, '--yes'],
      /if it is the replacement of m3, give --name=m2\nError: these peer URLs are those of m2, a voting member/,
    ],
    [
      'the peer URL of a member that runs',
      () => ['m3', `--peer-urls=${lab.cluster.members[2]?.peerUrl}`, '--yes', '--name=m4'],
      /Error: nothing was changed: m3 still runs at https:/,
    ],
  ])('%s', async (_, args, reason) => {
    const before = await members();
    const { code, stderr } = await replace(...args());
    expect(stderr.toString()).toMatch(reason);
    expect(code).toBe(1);
    expect(await members()).toEqual(before);
  });

  it('another member that is down', async () => {
    lab.cluster.pause(1);
    const before = await members();
    const { code, stderr } = await replace(
      'm3',
      '--peer-urls=https://127.0.0.1:1',
      '--yes',
      '--command-timeout=1s',
    );
    lab.cluster.resume(1);
    await lab.cluster.serving();
    expect(stderr.toString()).toMatch(
      /Error: nothing was changed, because a member that stays is not healthy\n$/,
    );
    expect({ code, members: await members() }).toEqual({ code: 1, members: before });
  });

  it.each([
    [['member', 'replace'], 128, 'member name or ID not provided'],
    [['member', 'replace', 'a', 'b'], 128, 'too many arguments: give one member name or ID'],
    [['member', 'replace', 'm3'], 128, 'member peer urls not provided'],
    [['member', 'replace', 'm3', '--peer-urls=x'], 1, 'URL scheme must be http, https, unix, or unixs: x'],
    [['member', 'rep', 'm3', '--peer-urls=http://a:1', '--wait=-1s'], 128, '--wait must not be negative'],
    [
      ['member', 'replace', 'm3', '--wait=1'],
      1,
      'invalid argument "1" for "--wait" flag: time: missing unit in duration "1"',
    ],
    [['member', 're'], 128, 'member ID is not provided'],
  ])('%j', async (args, code, message) => {
    const result = await run(ourEtcdctl(), args);
    expect(result.stderr.toString()).toContain(`Error: ${message}\n`);
    expect(result.code).toBe(code);
  });
});

describe('member replace', { timeout: TIMEOUT_MS }, () => {
  it('shows the steps', async () => {
    const { code, stdout } = await replace('m3', '--peer-urls=https://127.0.0.1:1', '--dry-run', '--name=m4');
    expect(code).toBe(0);
    expect(stdout.toString().replace(/\([0-9a-f]+\)/, '(ID)')).toBe(
      [
        'To replace m3 (ID):',
        '1. Add m4 as a learner with the peer URL https://127.0.0.1:1',
        '2. Wait until m4 is started and has caught up',
        '3. Promote m4 to a voting member',
        `4. ${(await leaderName()) === 'm3' ? 'Move the leadership away from m3, and remove it' : 'Remove m3'}`,
        '',
      ].join('\n'),
    );
  });

  it('goes on after it was killed when the learner was added', async () => {
    const fresh = await newcomer({ name: 'm3-2' });
    const args = ['m3', `--peer-urls=${fresh.peerUrl}`, '--yes'];
    const first = await startReplace(...args);
    await first.waitFor('ETCD_INITIAL_CLUSTER_STATE="existing"\n');
    first.kill('SIGKILL');
    const settings = initialClusterOf((await first.result).stdout.toString());
    expect(settings.split(',')).toContain(`m3-2=${fresh.peerUrl}`);

    const impatient = await replace(...args, '--wait=1ms', '-w', 'json');
    expect(impatient.code).toBe(1);
    const report = JSON.parse(impatient.stdout.toString());
    expect(report.settings[1]).toEqual({ name: 'ETCD_INITIAL_CLUSTER', value: settings });
    expect(report.steps.map(({ name, state }: Record<string, string>) => `${name} ${state}`)).toEqual([
      'start failed',
      'promote untouched',
      'remove untouched',
    ]);

    const second = await startReplace(...args);
    await second.waitFor('ETCD_INITIAL_CLUSTER_STATE="existing"\n');
    await fresh.start(settings);
    const { code, stdout, stderr } = await second.result;
    expect({ code, stderr: stderr.toString() }).toMatchObject({ code: 0 });
    expect(stdout.toString()).toMatch(
      /\nMember +[0-9a-f]+ promoted in cluster .*\n(?:Leadership moved from m3 to .*\n)?Member +[0-9a-f]+ removed from cluster .*\nm3 was replaced by m3-2 \(https:.*\)\.\n$/,
    );
    const listed = await members();
    expect(namesOf(listed)).toEqual(['m1', 'm2', 'm3-2']);
    expect(listed.filter(({ isLearner }) => isLearner)).toEqual([]);
    const again = await replace(...args);
    expect({ code: again.code, stdout: again.stdout.toString() }).toEqual({
      code: 0,
      stdout: 'm3-2 is a voting member, and the old member is gone: there is nothing to do.\n',
    });
  });

  it('replaces the leader, and goes on after it was killed when the new member was promoted', async () => {
    const leader = await leaderName();
    const fresh = await newcomer({ name: 'other' });
    const args = [leader, `--peer-urls=${fresh.peerUrl}`, '--name=other', '--yes'];
    const first = await startReplace(...args);
    await first.waitFor('ETCD_INITIAL_CLUSTER_STATE="existing"\n');
    await fresh.start(await initialClusterWith('other'));
    await first.waitFor('promoted in cluster');
    first.kill('SIGKILL');
    await first.result;
    const { code, stdout, stderr } = await replace(...args);
    expect({ code, stderr: stderr.toString() }).toMatchObject({ code: 0 });
    expect(stdout.toString()).toContain(`${leader} was replaced by other`);
    expect(stdout.toString()).toContain(`Leadership moved from ${leader} to `);
    const names = namesOf(await members());
    expect(names).toContain('other');
    expect(names).not.toContain(leader);
    expect(names).toHaveLength(3);
  });

  it.skipIf(terminalsMissing !== undefined)(
    'removes a dead member first, whose machine was set up anew, and goes on after an interrupted wait',
    async () => {
      const old = (await members()).find(({ name }) => name === 'm1' || name === 'm2');
      const { name = '', id = '', peerUrl = '' } = old ?? {};
      await lab.cluster.kill(name === 'm1' ? 0 : 1);
      await lab.cluster.serving();
      const fresh = await newcomer({ name, peerUrl });
      const args = [name, `--peer-urls=${peerUrl}`, '--command-timeout=2s'];
      const person = startOnTerminal(ourEtcdctl(), [...(await flags()), 'member', 'replace', ...args], {
        timeoutMs: TIMEOUT_MS,
      });
      await person.waitFor(', which does not answer? [y/N] ');
      person.send('y\n');
      await person.waitFor('ETCD_INITIAL_CLUSTER_STATE="existing"');
      await person.signal('SIGINT');
      await person.result;
      await fresh.start(await initialClusterWith(name));

      const second = await replace(...args, '--yes');
      expect(outcomeOf(second)).toMatchObject({ code: 0 });
      expect(second.stdout.toString()).toContain(`The new voting member is ${name} (https:`);
      const listed = await members();
      expect(namesOf(listed)).toContain(name);
      expect(listed.map(({ isStarted, isLearner }) => isStarted && !isLearner)).toEqual([true, true, true]);

      const byName = await replace(...args, '--yes');
      expect(byName.stderr.toString()).toMatch(
        /^if it is the replacement, nothing is left to do\n.*\nError: nothing was changed: m[12] already runs at https:.*\n$/,
      );
      expect(byName.code).toBe(1);
      const withId = [id, ...args.slice(1), '--yes'];
      expect((await replace(...withId)).stdout.toString()).toMatch(/there is nothing to do\.\n$/);

      await fresh.stop();
      const whileDown = await replace(...args, '--yes');
      expect(whileDown.stderr.toString()).toMatch(
        /Error: nothing was changed: m[12] does not answer, and has/,
      );
      expect(whileDown.code).toBe(1);
      expect(outcomeOf(await replace(...withId))).toMatchObject({ code: 0 });
      expect(await members()).toEqual(listed);
    },
  );
});

describe('with a user and password, which a learner refuses', { timeout: TIMEOUT_MS }, () => {
  let secured: Lab;
  let fresh: Newcomer;
  beforeAll(async () => {
    secured = await startLab({ profile: 'auth', members: 2 });
    fresh = await prepareNewcomer(secured, { name: 'm2-2' });
  });
  afterAll(async () => {
    await fresh?.stop();
    await secured?.stop();
  });

  it('other commands look at all members, and the replacement is completed', async () => {
    const flags = secured.flags();
    const replacement = [...flags, 'member', 'replace', 'm2', `--peer-urls=${fresh.peerUrl}`, '--yes'];
    const first = await start(ourEtcdctl(), replacement, { timeoutMs: TIMEOUT_MS });
    await first.waitFor('ETCD_INITIAL_CLUSTER_STATE="existing"\n');
    first.kill('SIGKILL');
    await fresh.start(initialClusterOf((await first.result).stdout.toString()));

    const everywhere = secured.flags([...secured.cluster.endpoints, fresh.clientUrl]);
    for (const args of [
      [...flags, '--cluster'],
      [...everywhere, '--dry-run'],
    ]) {
      const defrag = await run(ourEtcdctl(), ['defrag', '--rolling', ...args]);
      expect(outcomeOf(defrag)).toEqual({ code: 0, stderr: '' });
      expect(defrag.stdout.toString()).toContain('m2-2');
    }
    const recovery = await run(ourEtcdctl(), [...flags, 'alarm', 'recover', '--yes']);
    expect(outcomeOf(recovery)).toEqual({ code: 0, stderr: '' });
    const { stdout } = await runDoctor(flags);
    expect(findingsOn(stdout.toString())).toEqual(['even-voters', 'learner']);

    const second = await run(ourEtcdctl(), replacement, { timeoutMs: TIMEOUT_MS });
    expect(outcomeOf(second)).toEqual({ code: 0, stderr: '' });
    expect(second.stdout.toString()).toMatch(/\nm2 was replaced by m2-2 \(http:.*\)\.\n$/);
    expect(namesOf(await membersOf(secured, [...secured.cluster.endpoints, fresh.clientUrl]))).toEqual([
      'm1',
      'm2-2',
    ]);
  });
});
