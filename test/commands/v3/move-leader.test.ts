import { describe, expect, it, vi } from 'vitest';
import { registerMoveLeader, runMoveLeader } from '../../../src/commands/v3/move-leader.js';
import { ServerError } from '../../../src/model/errors.js';
import type { MoveLeaderRequest } from '../../../src/model/messages/maintenance.js';
import { fakeContext } from '../../support/fake-context.js';
import { parseCommand } from '../../support/parse-command.js';

const options = (...argv: string[]) => parseCommand(registerMoveLeader, ['move-leader', ...argv]);

/** A cluster of these endpoints, each with its member id or its error. Member 2 is the leader. */
function clusterOf(members: Readonly<Record<string, bigint | Error>>) {
  const moveLeader = vi.fn(async (_request: MoveLeaderRequest) => ({}));
  const asked: string[] = [];
  const closed: string[] = [];
  const fake = fakeContext({
    endpoints: Object.keys(members),
    connect: ([endpoint = '']) => {
      asked.push(endpoint);
      const member = members[endpoint];
      const status = async () => {
        if (member instanceof Error) throw member;
        return { header: { memberId: member }, leader: 2n };
      };
      return { maintenance: { status, moveLeader } as never, close: () => closed.push(endpoint) };
    },
  });
  return { ...fake, moveLeader, asked, closed };
}

describe('move-leader', () => {
  it.each([
    [[], 'move-leader command needs 1 argument'],
    [['1', '2'], 'move-leader command needs 1 argument'],
    [['x'], 'strconv.ParseUint: parsing "x": invalid syntax'],
    [['+1'], 'strconv.ParseUint: parsing "+1": invalid syntax'],
  ])('rejects %j', (argv, message) => {
    expect(() => options(...argv)).toThrow(expect.objectContaining({ message, kind: 'arguments' }));
  });

  it('finds the leader and sends it the request', async () => {
    const { context, emitted, moveLeader, asked, closed } = clusterOf({ a: 1n, b: 2n, c: 3n });
    await runMoveLeader({ target: 3n }, context);
    expect(asked).toEqual(['a', 'b']);
    expect(closed).toEqual(['a']);
    expect(moveLeader.mock.calls.map(([request]) => request)).toEqual([{ targetId: 3n }]);
    expect(emitted).toEqual([{ kind: 'move-leader', leader: 2n, target: 3n, response: {} }]);
  });

  it('fails when the leader is not among the endpoints', async () => {
    const { context, moveLeader } = clusterOf({ a: 1n, c: 3n });
    await expect(runMoveLeader({ target: 3n }, context)).rejects.toMatchObject({
      message: 'no leader endpoint given at [a c]',
      kind: 'arguments',
    });
    expect(moveLeader).not.toHaveBeenCalled();
  });

  it('fails when an endpoint fails before the leader is found', async () => {
    const failure = new ServerError('context deadline exceeded', 'DeadlineExceeded');
    const { context, asked } = clusterOf({ a: failure, b: 2n });
    await expect(runMoveLeader({ target: 3n }, context)).rejects.toBe(failure);
    expect(asked).toEqual(['a']);
  });
});
