import { describe, expect, it } from 'vitest';
import { pickMembers } from '../../../src/commands/v3/snapshot/pick.js';
import { ConnectionError, ServerError } from '../../../src/model/errors.js';
import { fakeContext } from '../../support/fake-context.js';

interface FakeMember {
  readonly id: bigint;
  readonly applied?: bigint;
  readonly leader?: bigint;
  readonly isLearner?: boolean;
  readonly errors?: readonly string[];
}

const LEADER = 1n;

/** Picks among members, one for each endpoint; undefined does not answer, and 'refuses' means the user. */
async function pick(members: readonly (FakeMember | 'refuses' | undefined)[]) {
  const endpoints = members.map((_, index) => `e${index}`);
  const fake = fakeContext({
    endpoints,
    connect([endpoint = '']) {
      const member = members[endpoints.indexOf(endpoint)];
      const status = async () => {
        if (member === undefined) throw new ConnectionError('context deadline exceeded');
        if (member === 'refuses') throw new ServerError('etcdserver: permission denied', 'PermissionDenied');
        const { id, applied = 5000n, leader = LEADER, isLearner = false, errors = [] } = member;
        const header = { memberId: id, clusterId: 7n, revision: 1n, raftTerm: 1n };
        return { header, raftIndex: 5000n, raftAppliedIndex: applied, leader, isLearner, errors };
      };
      const memberList = async () => ({ members: [1n, 2n, 3n].map((id) => ({ id, name: `m${id}` })) });
      return { maintenance: { status }, cluster: { memberList } } as never;
    },
  });
  const picked = await pickMembers(fake.context);
  return {
    lines: fake.lines,
    names: picked.map(({ name }) => name),
    reasons: picked.map((each) => each.reason),
  };
}

describe('--pick', () => {
  it('prefers the follower that is furthest, and takes the leader last', async () => {
    const { names, reasons } = await pick([{ id: 1n }, { id: 2n, applied: 4990n }, { id: 3n }]);
    expect(names).toEqual(['m3', 'm2', 'm1']);
    expect(reasons).toEqual([
      'a healthy follower, with every entry applied',
      'a healthy follower, 10 entries behind',
      'the leader, with every entry applied: no healthy follower is left',
    ]);
  });

  it('prefers the leader to a follower with an alarm, without a leader, or far behind', async () => {
    const alarm = { id: 2n, errors: ['memberID:2 alarm:NOSPACE'] };
    const { names, reasons } = await pick([alarm, { id: 3n, leader: 0n }, { id: 1n }]);
    expect(names).toEqual(['m1', 'm2', 'm3']);
    expect(reasons.slice(1)).toEqual([
      'a follower, with every entry applied, although: memberID:2 alarm:NOSPACE',
      'a follower, with every entry applied, although: it knows no leader',
    ]);
    expect((await pick([{ id: 2n, applied: 10n }, { id: 1n }])).names).toEqual(['m1', 'm2']);
  });

  it('still takes a member when all have an alarm', async () => {
    const errors = ['memberID:1 alarm:NOSPACE'];
    expect(
      (
        await pick([
          { id: 1n, errors },
          { id: 2n, errors },
        ])
      ).names,
    ).toEqual(['m2', 'm1']);
  });

  it('leaves out learners, members that do not answer, and a second address of one', async () => {
    const { names, lines } = await pick([{ id: 2n, isLearner: true }, undefined, { id: 1n }, { id: 1n }]);
    expect(names).toEqual(['m1']);
    expect(lines).toEqual(['e1 does not answer: context deadline exceeded']);
    await expect(pick([undefined, { id: 2n, isLearner: true }])).rejects.toMatchObject({
      message: 'there is no member to take a snapshot from',
      reasons: ['e1 is a learner'],
    });
  });

  it('says that the user lacks a role', async () => {
    await expect(pick(['refuses'])).rejects.toMatchObject({
      message: 'there is no member to take a snapshot from',
      reasons: [expect.stringMatching(/^the user lacks the role root: give --user /)],
    });
    const { names, lines } = await pick(['refuses', { id: 1n }]);
    expect(names).toEqual(['m1']);
    expect(lines).toEqual(['e0 refuses the user: etcdserver: permission denied']);
  });
});
