import { describe, expect, it } from 'vitest';
import { runEndpointHealth } from '../../../src/commands/v3/endpoint/health.js';
import { ConnectionError, ServerError, UsageError } from '../../../src/model/errors.js';
import type { Client } from '../../../src/model/services.js';
import { fakeContext } from '../../support/fake-context.js';

interface Answers {
  readonly range?: () => Promise<unknown>;
  readonly alarm?: () => Promise<unknown>;
}

const healthy: Answers = {};
const ONCE = { waitMs: 0, quorum: false };

/** A client of a member that, by default, responds to the probe and has no alarms. */
function client(answers: Answers): Partial<Client> {
  return {
    kv: { range: answers.range ?? (async () => ({ kvs: [] })) },
    maintenance: { alarm: answers.alarm ?? (async () => ({ alarms: [] })) },
  } as unknown as Client;
}

async function check(members: Readonly<Record<string, Answers | Error>>) {
  const fake = fakeContext({
    endpoints: Object.keys(members),
    connect: ([endpoint = '']) => {
      const member = members[endpoint] ?? healthy;
      if (member instanceof Error) throw member;
      return client(member);
    },
  });
  const error = await runEndpointHealth({ ...ONCE, wholeCluster: false }, fake.context).then(
    () => undefined,
    (failure: Error) => failure,
  );
  return { ...fake, error };
}

const refuse = (message: string, code: 'PermissionDenied' | 'Unavailable') => async () => {
  throw new ServerError(message, code, { reasons: ['connection refused'] });
};

describe('endpoint health', () => {
  it('accepts a response, and permission denied, which went through consensus', async () => {
    const { emitted, error } = await check({
      a: healthy,
      b: { range: refuse('etcdserver: permission denied', 'PermissionDenied') },
    });
    expect(error).toBeUndefined();
    expect(emitted).toEqual([
      {
        kind: 'endpoint-health',
        endpoints: [
          { endpoint: 'a', isHealthy: true, took: '0s', error: '' },
          { endpoint: 'b', isHealthy: true, took: '0s', error: '' },
        ],
      },
    ]);
  });

  it('reports each failure with its reason and fails as a whole', async () => {
    const { emitted, error, lines } = await check({
      up: healthy,
      down: { range: refuse('context deadline exceeded', 'Unavailable') },
      full: {
        alarm: async () => ({
          alarms: [
            { memberId: 1n, alarm: 1 },
            { memberId: 2n, alarm: 2 },
            { memberId: 3n, alarm: 9 },
          ],
        }),
      },
      shy: { alarm: refuse('etcdserver: permission denied', 'PermissionDenied') },
      locked: new ConnectionError('etcdserver: authentication failed'),
    });
    expect(error?.message).toBe('unhealthy cluster');
    expect(emitted[0]).toMatchObject({
      endpoints: [
        { endpoint: 'up', isHealthy: true },
        { endpoint: 'down', error: 'context deadline exceeded', took: '0s' },
        { endpoint: 'full', error: 'Active Alarm(s): NOSPACE CORRUPT UNKNOWN ' },
        { endpoint: 'shy', error: 'Unable to fetch the alarm list' },
        { endpoint: 'locked', error: 'etcdserver: authentication failed', took: '' },
      ],
    });
    expect(lines).toEqual([
      'down: connection refused',
      'shy: etcdserver: permission denied',
      'shy: connection refused',
    ]);
  });

  it('prints the endpoint once', async () => {
    const silence = new ServerError('context deadline exceeded', 'DeadlineExceeded', {
      reasons: ['a: connection refused'],
    });
    const { lines } = await check({ a: { range: () => Promise.reject(silence) } });
    expect(lines).toEqual(['a: connection refused']);
  });

  it('does not report an invalid certificate as an unhealthy member', async () => {
    const { error, emitted } = await check({ a: new UsageError('no such file') });
    expect(error).toBeInstanceOf(UsageError);
    expect(emitted).toEqual([]);
  });

  it('checks the client URLs of all members with --cluster', async () => {
    const asked: string[] = [];
    const { context, emitted } = fakeContext({
      connect: ([endpoint = '']) => {
        asked.push(endpoint);
        const members = [
          { clientUrls: ['http://m1', 'http://m1b'] },
          { clientUrls: [] },
          { clientUrls: ['http://m2'] },
        ];
        return { ...client(healthy), cluster: { memberList: async () => ({ members }) } as never };
      },
    });
    await runEndpointHealth({ ...ONCE, wholeCluster: true }, context);
    expect(asked).toEqual(['127.0.0.1:2379', 'http://m1', 'http://m1b', 'http://m2']);
    expect(emitted[0]).toMatchObject({
      endpoints: [{ endpoint: 'http://m1' }, {}, { endpoint: 'http://m2' }],
    });
  });
});
