import { describe, expect, it } from 'vitest';
import { type MemberReplaceOptions, registerMemberReplace } from '../../../src/commands/v3/member/replace.js';
import { replaceMember } from '../../../src/commands/v3/member/replacement.js';
import { newNameOf, progressOf } from '../../../src/commands/v3/member/replacement-plan.js';
import { ConnectionError, ServerError } from '../../../src/model/errors.js';
import { FakeCluster } from '../../support/fake-cluster.js';
import { fakeContext } from '../../support/fake-context.js';
import { parseCommand } from '../../support/parse-command.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const OPTIONS: MemberReplaceOptions = {
  old: 'm3',
  peerUrls: ['http://new:2380'],
  name: undefined,
  waitMs: 1,
  isDryRun: false,
  isConfirmed: true,
};

/** Three members; an added one starts after it was listed a few times, with this name. */
function cluster(newName = 'new'): FakeCluster {
  const fake = new FakeCluster('m1', 'm2', 'm3');
  let lists = 0;
  fake.onCall = (name) => {
    const learner = fake.members.find((member) => member.name === '');
    if (name !== 'memberList' || learner === undefined || ++lists < 3) return;
    Object.assign(learner, { name: newName, clientUrls: ['new:2379'] });
  };
  return fake;
}

async function replaceIn(fake: FakeCluster, given: Partial<MemberReplaceOptions> = {}, answer?: boolean) {
  const questions: string[] = [];
  const context = fakeContext({
    endpoints: fake.endpoints,
    format: 'json',
    clock: new VirtualClock(),
    connect: fake.connect,
    prompt: {
      isInteractive: answer !== undefined,
      confirm: async (question) => {
        questions.push(question);
        return answer ?? false;
      },
    },
  });
  const failure = await replaceMember({ ...OPTIONS, waitMs: undefined, ...given }, context.context).then(
    () => undefined,
    (error: unknown) => error as { message: string; reasons: readonly string[] },
  );
  return { ...context, failure, questions };
}

describe('member replace', () => {
  it('adds, waits, promotes, removes', async () => {
    const fake = cluster();
    const { failure, emitted, lines } = await replaceIn(fake);
    expect(failure).toBeUndefined();
    expect(fake.log).toEqual(['add http://new:2380 as learner', 'promote new', 'remove m3']);
    expect(lines.join('\n')).toContain('ETCD_NAME="m3-2"');
    expect(emitted).toMatchObject([
      {
        kind: 'member-replacement',
        report: { old: { name: 'm3' }, steps: Array(4).fill({ state: 'done' }), settings: [], problems: [] },
      },
    ]);
  });

  it('moves the leadership away from the old member', async () => {
    const fake = cluster();
    fake.leader = 3n;
    await replaceIn(fake);
    expect(fake.log.slice(2)).toEqual(['move the leadership from 3 to 1', 'remove m3']);
  });

  it('removes a member first that does not answer', async () => {
    const fake = cluster('m3');
    fake.member('m3').isDown = true;
    const { lines } = await replaceIn(fake, { old: '3', peerUrls: ['http://m3:2380'] });
    expect(fake.log).toEqual(['remove m3', 'add http://m3:2380 as learner', 'promote m3']);
    expect(lines.join('\n')).toContain('ETCD_NAME="m3"');
  });

  it('asks before the removal only', async () => {
    const fake = cluster();
    const { failure, questions } = await replaceIn(fake, { isConfirmed: false }, false);
    expect(questions).toEqual(['Remove m3 (3)?']);
    expect(fake.log).toEqual(['add http://new:2380 as learner', 'promote new']);
    expect(failure?.message).toBe('stopped before step 4; run the command again to go on');
    expect((await replaceIn(fake, { name: 'new' })).failure).toBeUndefined();
    expect(fake.log.slice(2)).toEqual(['remove m3']);
    expect((await replaceIn(fake)).failure).toBeUndefined();
  });

  describe('by a member of the same name and peer URL', () => {
    const peerUrls = ['http://m3:2380'];

    /** The dead m3 is removed, and the new one is added and started; but it is not promoted yet. */
    async function interrupted(): Promise<FakeCluster> {
      const fake = cluster('m3');
      fake.member('m3').isDown = true;
      const { onCall } = fake;
      fake.onCall = (name, member) => {
        if (name === 'memberPromote') throw new ServerError('etcdserver: request timed out', 'Unavailable');
        onCall(name, member);
      };
      const { failure } = await replaceIn(fake, { peerUrls, isConfirmed: false }, true);
      expect(failure?.message).toMatch(/^step 4 failed/);
      fake.onCall = onCall;
      return fake;
    }

    async function replaced(): Promise<FakeCluster> {
      const fake = await interrupted();
      await replaceIn(fake, { old: '3', peerUrls });
      return fake;
    }

    it.each(['m3', '3'])('goes on with the learner when asked again to replace %s', async (old) => {
      const fake = await interrupted();
      const { failure, emitted } = await replaceIn(fake, { old, peerUrls });
      expect(failure).toBeUndefined();
      expect(fake.log).toEqual(['remove m3', 'add http://m3:2380 as learner', 'promote m3']);
      expect(emitted).toMatchObject([{ report: { old: undefined, replacement: { name: 'm3' } } }]);
    });

    it('has nothing left to do for the ID of the old member', async () => {
      const fake = await replaced();
      fake.log.length = 0;
      expect((await replaceIn(fake, { old: '3', peerUrls })).failure).toBeUndefined();
      fake.member('m3').isDown = true;
      expect((await replaceIn(fake, { old: '3', peerUrls })).failure).toBeUndefined();
      expect(fake.log).toEqual([]);
    });

    it('is not known to be done for its name: nothing is changed', async () => {
      const fake = await replaced();
      fake.log.length = 0;
      const { failure } = await replaceIn(fake, { peerUrls });
      expect(failure?.message).toBe('nothing was changed: m3 already runs at http://m3:2380');
      expect(failure?.reasons).toEqual([
        'if it is the replacement, nothing is left to do',
        'to replace it, stop it first, or give the peer URL of another machine',
      ]);
      expect(fake.log).toEqual([]);
    });

    it('is not removed by its name while it is down, unless somebody confirms that', async () => {
      const fake = await replaced();
      fake.log.length = 0;
      fake.member('m3').isDown = true;
      const refused = [
        await replaceIn(fake, { peerUrls }),
        await replaceIn(fake, { peerUrls, isConfirmed: false }),
      ];
      for (const { failure } of refused) {
        expect(failure?.message).toBe(
          'nothing was changed: m3 does not answer, and has the peer URL http://m3:2380 already',
        );
        expect(failure?.reasons).toEqual([
          'if it is the replacement, start it, and nothing is left to do',
          'to replace it, give its ID, c, instead of its name',
        ]);
      }
      const { questions } = await replaceIn(fake, { peerUrls, isConfirmed: false }, false);
      expect(questions).toEqual(['Remove m3 (c), which does not answer?']);
      expect(fake.log).toEqual([]);
    });

    it('is certainly another one when the new member gets another name', async () => {
      const fake = cluster('m4');
      fake.member('m3').isDown = true;
      expect((await replaceIn(fake, { peerUrls, name: 'm4' })).failure).toBeUndefined();
      expect(fake.log).toEqual(['remove m3', 'add http://m3:2380 as learner', 'promote m4']);
    });

    it('has its steps shown', async () => {
      const fake = cluster();
      fake.member('m3').isDown = true;
      const { failure, emitted } = await replaceIn(fake, { peerUrls, isDryRun: true });
      expect(failure).toBeUndefined();
      expect(emitted).toMatchObject([{ report: { steps: Array(4).fill({ state: 'planned' }) } }]);
    });
  });

  it('logs in at other members where the new one, as a learner, refuses that', async () => {
    const fake = cluster();
    fake.hasAuth = true;
    const { failure, lines } = await replaceIn(fake, { waitMs: 60_000 });
    expect(failure).toBeUndefined();
    expect(fake.log).toEqual(['add http://new:2380 as learner', 'promote new', 'remove m3']);
    expect(lines.join('\n')).not.toContain('learner');
  });

  it('tries the login for the new member again', async () => {
    const fake = cluster();
    fake.hasAuth = true;
    const { connect } = fake;
    let refusals = 3;
    const connectLater: typeof connect = (endpoints, options) => {
      if (options?.loginEndpoints !== undefined && refusals-- > 0) {
        throw new ConnectionError('context deadline exceeded');
      }
      return connect(endpoints, options);
    };
    const { failure, lines } = await replaceIn(Object.assign(fake, { connect: connectLater }), {
      waitMs: 60_000,
    });
    expect(failure).toBeUndefined();
    expect(lines.filter((line) => line === 'new (new:2379): context deadline exceeded')).toHaveLength(1);
  });

  it('makes a call again that members refuse because they have just connected', async () => {
    const fake = cluster();
    let refusals = 20;
    const listed = fake.onCall;
    fake.onCall = (name, member) => {
      if (name === 'memberAdd' && refusals-- > 0) {
        throw new ServerError('etcdserver: unhealthy cluster', 'Unavailable');
      }
      listed(name, member);
    };
    expect((await replaceIn(fake)).failure).toBeUndefined();
    expect(fake.log).toHaveLength(3);
  });

  it('waits on while the cluster cannot answer for a moment, and says so once', async () => {
    const fake = cluster();
    let lists = 0;
    const listed = fake.onCall;
    fake.onCall = (name, member) => {
      if (name === 'memberList' && ++lists > 2 && lists < 6) {
        throw new ServerError('etcdserver: leader changed', 'Unavailable');
      }
      listed(name, member);
    };
    const { failure, lines } = await replaceIn(fake);
    expect(failure).toBeUndefined();
    expect(lines.filter((line) => line === 'etcdserver: leader changed')).toHaveLength(1);
  });

  it.each<[string, (fake: FakeCluster) => void, RegExp]>([
    ['another member is down', (fake) => Object.assign(fake.member('m2'), { isDown: true }), /m2 .*deadline/],
    ['another member is behind', (fake) => Object.assign(fake.member('m2'), { lag: 2000n }), /behind/],
    [
      'there is a learner',
      (fake) => Object.assign(fake.member('m2'), { isLearner: true }),
      /m2 is a learner already/,
    ],
  ])('changes nothing when %s', async (_, break_, reason) => {
    const fake = cluster();
    break_(fake);
    const { failure } = await replaceIn(fake);
    expect([failure?.message, ...(failure?.reasons ?? [])].join('\n')).toMatch(reason);
    expect(fake.log).toEqual([]);
  });
});

describe('the progress of a replacement', () => {
  const { members } = new FakeCluster('m1', 'm2', 'm3');
  const request = { old: 'm3', peerUrls: ['http://new:2380'], name: undefined };

  it('is told by the members', () => {
    const learner = { ...members[0], id: 9n, name: '', peerUrls: request.peerUrls, isLearner: true } as never;
    expect(progressOf(request, members)).toMatchObject({ old: { name: 'm3' }, added: undefined });
    expect(progressOf({ ...request, old: '0003' }, members)).toMatchObject({ old: { name: 'm3' } });
    expect(progressOf(request, [...members, learner])).toMatchObject({ added: { id: 9n } });
    expect(progressOf(request, [...members.slice(0, 2), learner])).toMatchObject({ old: undefined });
    const sameName = { ...(learner as object), name: 'm3' } as never;
    expect(progressOf(request, [...members, sameName])).toMatchObject({ old: { id: 3n }, added: { id: 9n } });
  });

  it.each([
    [{ ...request, old: 'm9' }, members, 'there is no member m9, and none with these peer URLs'],
    [request, members.slice(2), 'm3 is the only voting member: add a second one first'],
    [
      { ...request, peerUrls: ['http://m2:2380'] },
      members,
      'these peer URLs are those of m2, a voting member',
    ],
    [
      { ...request, peerUrls: ['http://m2:2380', 'http://b:1'] },
      members,
      'the peer URL http://m2:2380 is that of m2',
    ],
    [
      request,
      members.map((member) => ({ ...member, name: 'm3' })),
      'several members are named m3: give the ID of one of them (1, 2, 3)',
    ],
    [
      request,
      members.map((member) => ({ ...member, isLearner: member.id === 3n })),
      'm3 is a learner: remove it and add another one',
    ],
  ])('refuses %#', (asked, listed, message) => {
    expect(() => progressOf(asked, listed)).toThrow(message);
  });

  it('leads to a name that no other member has', () => {
    const progress = progressOf(request, members);
    expect(newNameOf(request, progress, members)).toBe('m3-2');
    expect(newNameOf(request, progress, members.slice(0, 2))).toBe('m3');
    expect(newNameOf({ ...request, name: 'x' }, progress, members)).toBe('x');
    const removed = { ...progress, old: undefined };
    expect(newNameOf(request, removed, members.slice(0, 2))).toBe('m3');
    const byId = { ...request, old: '8211f1d0f64f3269' };
    expect(() => newNameOf(byId, removed, members)).toThrow('give the name of the new member with --name');
    expect(newNameOf({ ...byId, name: 'm3' }, removed, members.slice(0, 2))).toBe('m3');
    expect(() => newNameOf({ ...request, name: 'm2' }, progress, members)).toThrow(
      'there is a member m2 already',
    );
  });
});

describe('the arguments of member replace', () => {
  const parse = (...args: string[]) => parseCommand(registerMemberReplace, ['replace', ...args]);

  it('are read', () => {
    expect(parse('m3', '--peer-urls=http://new:2380', '--wait=5s', '--yes')).toEqual({
      ...OPTIONS,
      waitMs: 5000,
    });
  });

  it.each([
    [[], 'member name or ID not provided'],
    [['a', 'b'], 'too many arguments: give one member name or ID'],
    [['a'], 'member peer urls not provided'],
    [['a', '--peer-urls=http://a:1', '--wait=-1s'], '--wait must not be negative'],
  ])('%j are refused', (args, message) => {
    expect(() => parse(...args)).toThrow(message);
  });
});
