import { describe, expect, it, vi } from 'vitest';
import { registerLeaseGrant, runLeaseGrant } from '../../../src/commands/v3/lease/grant.js';
import { runLeaseKeepAlive } from '../../../src/commands/v3/lease/keep-alive.js';
import { registerLease } from '../../../src/commands/v3/lease/lease.js';
import { runLeaseList } from '../../../src/commands/v3/lease/list.js';
import { runLeaseRevoke } from '../../../src/commands/v3/lease/revoke.js';
import { runLeaseTimeToLive } from '../../../src/commands/v3/lease/timetolive.js';
import { CommandError, ConnectionError, ServerError } from '../../../src/model/errors.js';
import type { LeaseKeepAliveRequest, LeaseKeepAliveResponse } from '../../../src/model/messages/lease.js';
import type { LeaseService } from '../../../src/model/services.js';
import { fakeContext } from '../../support/fake-context.js';
import { parseCommand } from '../../support/parse-command.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const options = (...argv: string[]) => parseCommand(registerLease, ['lease', ...argv]);
const BAD_ID = 'bad lease ID arg (strconv.ParseInt: parsing "xyz": invalid syntax), expecting ID in Hex';
const notFound = () => new ServerError('etcdserver: requested lease not found', 'NotFound');
const renewed = (ttl: bigint): LeaseKeepAliveResponse => ({ id: 18n, ttl });

function leaseContext(lease: Partial<LeaseService>, format: 'simple' | 'json' = 'simple') {
  const faked = fakeContext({ format, connect: () => ({ lease: lease as LeaseService }) });
  return { ...faked, context: { ...faked.context, clock: new VirtualClock() } };
}

describe('lease: the command line', () => {
  it.each([
    [['grant'], 'lease grant command needs TTL argument'],
    [['grant', '1', '2'], 'lease grant command needs TTL argument'],
    [['grant', '0x5'], 'bad TTL (strconv.ParseInt: parsing "0x5": invalid syntax)'],
    [['revoke'], 'lease revoke command needs 1 argument'],
    [['revoke', 'xyz'], BAD_ID],
    [['timetolive'], 'lease timetolive command needs lease ID as argument'],
    [['timetolive', 'xyz'], BAD_ID],
    [['keep-alive', '1', '2'], 'lease keep-alive command needs lease ID as argument'],
    [['keep-alive', 'xyz'], BAD_ID],
  ])('rejects %j', (argv, message) => {
    expect(() => options(...argv)).toThrow(expect.objectContaining({ message, kind: 'arguments' }));
  });

  it.each([
    [['grant', '9223372036854775807'], { ttlSeconds: 9223372036854775807n }],
    [['grant', '--', '-5'], { ttlSeconds: -5n }],
    [['revoke', '7FFFFFFFFFFFFFFF'], { id: 0x7fffffffffffffffn }],
    [['timetolive', '12', '--keys'], { id: 18n, withKeys: true }],
    [['list', 'anything'], {}],
    [['keep-alive', '--', '-f'], { id: -15n, isOnce: false }],
    [['keep', '--once', '12'], { id: 18n, isOnce: true }],
  ])('parses %j', (argv, expected) => {
    expect(options(...argv)).toEqual(expected);
  });

  it('does not run while it is parsed, and its run function can be replaced', () => {
    const run = vi.fn();
    parseCommand((parent) => registerLeaseGrant(parent, run), ['grant', '5']);
    expect(run).not.toHaveBeenCalled();
  });
});

describe('lease: server errors', () => {
  it('have the status of a failed command for grant and revoke', async () => {
    const refuse = () => Promise.reject(notFound());
    const { context } = leaseContext({ leaseGrant: refuse, leaseRevoke: refuse });
    const message = (deed: string) => `failed to ${deed} lease (etcdserver: requested lease not found)`;
    const granting = runLeaseGrant({ ttlSeconds: 5n }, context);
    await expect(granting).rejects.toThrow(new CommandError(message('grant')));
    await expect(runLeaseRevoke({ id: 1n }, context)).rejects.toThrow(new CommandError(message('revoke')));
  });

  it('have the status of a connection error for the others', async () => {
    const refuse = () => Promise.reject(notFound());
    const { context } = leaseContext({ leaseTimeToLive: refuse, leaseLeases: refuse });
    await expect(runLeaseTimeToLive({ id: 1n, withKeys: false }, context)).rejects.toBeInstanceOf(
      ConnectionError,
    );
    await expect(runLeaseList({}, context)).rejects.toBeInstanceOf(ConnectionError);
  });
});

describe('lease keep-alive', () => {
  /** A server that responds to each request with the next of these; an error breaks the stream. */
  function server(...answers: (LeaseKeepAliveResponse | ServerError)[]) {
    return vi.fn(async function* (requests: AsyncIterable<LeaseKeepAliveRequest>) {
      for await (const _request of requests) {
        const answer = answers.shift();
        if (answer === undefined) return;
        if (answer instanceof ServerError) throw answer;
        yield answer;
      }
    });
  }

  it('prints every renewal, and the loss in the simple format only', async () => {
    for (const format of ['simple', 'json'] as const) {
      const leaseKeepAlive = server(renewed(9n), renewed(8n), renewed(0n));
      const { context, emitted, lines } = leaseContext({ leaseKeepAlive }, format);
      await expect(runLeaseKeepAlive({ id: 18n, isOnce: false }, context)).rejects.toMatchObject({
        constructor: CommandError,
        message: 'the lease is lost',
        reasons: [expect.stringContaining('the server does not know the lease')],
      });
      const end = { kind: 'text', text: 'lease 0000000000000012 expired or revoked.\n' };
      expect(emitted).toEqual([
        { kind: 'lease-keep-alive', response: renewed(9n) },
        { kind: 'lease-keep-alive', response: renewed(8n) },
        ...(format === 'simple' ? [end] : []),
      ]);
      expect(lines).toEqual([]);
    }
  });

  it('continues after a broken stream, and ends with a reason when no server confirms the lease', async () => {
    const broken = new ServerError('no server', 'Unavailable', { reasons: ['connection refused'] });
    const leaseKeepAlive = server(
      renewed(9n),
      broken,
      renewed(9n),
      ...Array.from({ length: 99 }, () => broken),
    );
    const { context, emitted } = leaseContext({ leaseKeepAlive });
    await expect(runLeaseKeepAlive({ id: 18n, isOnce: false }, context)).rejects.toMatchObject({
      message: 'the lease may be lost',
      reasons: ['no server confirmed the lease in time: connection refused; no server'],
    });
    expect(emitted.map(({ kind }) => kind)).toEqual(['lease-keep-alive', 'lease-keep-alive', 'text']);
    expect(context.clock.now()).toBe(12_025_000_000n);
  });

  it('rejects when the signal aborts', async () => {
    const { context, emitted, abort } = leaseContext({ leaseKeepAlive: server(renewed(9n)) });
    const ending = runLeaseKeepAlive({ id: 18n, isOnce: false }, context);
    abort(new Error('interrupted'));
    await expect(ending).rejects.toThrow('interrupted');
    expect(emitted).not.toContainEqual(expect.objectContaining({ kind: 'text' }));
  });

  it('rejects when the output fails', async () => {
    const { context } = leaseContext({ leaseKeepAlive: server(renewed(9n), renewed(9n), renewed(0n)) });
    const broken = { ...context, emit: () => Promise.reject(new Error('no paper')) };
    await expect(runLeaseKeepAlive({ id: 18n, isOnce: false }, broken)).rejects.toThrow('no paper');
  });

  it('renews once with --once', async () => {
    const { context, emitted } = leaseContext({ leaseKeepAlive: server(renewed(9n), renewed(8n)) });
    await runLeaseKeepAlive({ id: 18n, isOnce: true }, context);
    expect(emitted).toEqual([{ kind: 'lease-keep-alive', response: renewed(9n) }]);
  });

  it('fails with --once when the lease does not exist', async () => {
    const { context } = leaseContext({ leaseKeepAlive: server(renewed(0n)) });
    const failure = { message: 'etcdserver: requested lease not found' };
    const renewing = runLeaseKeepAlive({ id: 18n, isOnce: true }, context);
    await expect(renewing).rejects.toMatchObject(failure);
    await expect(renewing).rejects.toBeInstanceOf(ConnectionError);
  });

  it('retries with --once while no server is reachable, and prints that once', async () => {
    const away = () => new ServerError('no server', 'Unavailable', { reasons: ['connection refused'] });
    const { context, emitted, lines } = leaseContext({
      leaseKeepAlive: server(away(), away(), away(), renewed(9n)),
    });
    await runLeaseKeepAlive({ id: 18n, isOnce: true }, context);
    expect(emitted).toHaveLength(1);
    expect(lines).toEqual(['connection refused; no server; trying again']);
    expect(context.clock.now()).toBe(1_500_000_000n);
  });

  it('prints the same failure again after some seconds', async () => {
    const away = () => new ServerError('no server', 'Unavailable');
    const failures = Array.from({ length: 24 }, away);
    const { context, lines } = leaseContext({ leaseKeepAlive: server(...failures, renewed(9n)) });
    await runLeaseKeepAlive({ id: 18n, isOnce: true }, context);
    expect(lines).toEqual(Array.from({ length: 3 }, () => 'no server; trying again'));
  });

  it.each([
    ['etcdserver: permission denied', 'PermissionDenied'],
    ['etcdserver: no leader', 'Unavailable'],
  ] as const)('does not retry after "%s"', async (message, code) => {
    const refusal = new ServerError(message, code);
    const { context } = leaseContext({ leaseKeepAlive: server(refusal, renewed(9n)) });
    await expect(runLeaseKeepAlive({ id: 18n, isOnce: true }, context)).rejects.toThrow(refusal.message);
  });
});
