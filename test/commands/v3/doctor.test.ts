import { describe, expect, it } from 'vitest';
import { runDoctor } from '../../../src/commands/v3/doctor.js';
import { ConnectionError, ServerError } from '../../../src/model/errors.js';
import type { Client } from '../../../src/model/services.js';
import { fakeContext } from '../../support/fake-context.js';
import { hash, member, metrics, status } from './doctor/observations.js';

const members = [1, 2, 3].map((number) => member(number, { clientUrls: [`http://10.0.0.${number}:2379`] }));
const numberOf = (endpoint = '') => Number(/\.(\d):/.exec(endpoint)?.[1]);

/** A client of a healthy member that has only calls that read; any other is a TypeError. */
function readOnlyClient(endpoint: string | undefined): Partial<Client> {
  const number = numberOf(endpoint);
  return {
    maintenance: { status: async () => status(number), hashKV: async () => hash() },
    cluster: {
      memberList: async ({ linearizable }: { readonly linearizable?: boolean }) => {
        expect(linearizable).toBe(false);
        return { members };
      },
    },
    kv: { range: async () => ({ kvs: [], more: false, count: 0n }) },
  } as unknown as Partial<Client>;
}

const inspector = {
  presentedCertificate: async () => undefined,
  metrics: async () => ({
    ...metrics(),
    serverTimeMs: Date.now(),
    sentAtMs: Date.now(),
    receivedAtMs: Date.now(),
  }),
  clientCertificates: async () => ({ authorities: [] }),
  localDisks: async () => [],
};

describe('doctor', () => {
  it('asks all members, by calls that read only', async () => {
    const asked: string[] = [];
    const { context, emitted } = fakeContext({
      endpoints: ['10.0.0.2:2379'],
      inspector,
      connect(endpoints) {
        asked.push(...endpoints);
        return readOnlyClient(endpoints[0]);
      },
    });
    await runDoctor({}, context);
    expect(asked).toEqual(['10.0.0.2:2379', 'http://10.0.0.1:2379', 'http://10.0.0.3:2379']);
    expect(emitted).toMatchObject([{ kind: 'doctor-report', report: { state: 'healthy', findings: [] } }]);
  });

  it.each([
    ['in time', 4, []],
    ['too late', 400, ['raft-behind']],
  ])('waits a second for a member that is behind: it catches up %s', async (_when, calls, ids) => {
    let asked = 0;
    const { context, emitted } = fakeContext({
      endpoints: ['10.0.0.1:2379'],
      inspector,
      connect([endpoint]) {
        const client = readOnlyClient(endpoint);
        if (numberOf(endpoint) !== 3) return client;
        const behind = { raftIndex: 90n, raftAppliedIndex: 90n };
        const maintenance = {
          ...client.maintenance,
          status: async () => status(3, ++asked < calls ? behind : {}),
        };
        return { ...client, maintenance } as unknown as Client;
      },
    });
    await runDoctor({}, context).catch(() => undefined);
    expect(emitted).toMatchObject([{ report: { findings: ids.map((id) => ({ id })) } }]);
  });

  it('has status 1 when it needs a person, and 2 when nothing answers', async () => {
    const refused = new ServerError('context deadline exceeded', 'DeadlineExceeded', {
      isUnsent: true,
      reasons: ['10.0.0.3:2379: connection refused'],
    });
    const context = (dead: (endpoint: string) => boolean) =>
      fakeContext({
        endpoints: ['10.0.0.1:2379', '10.0.0.2:2379', '10.0.0.3:2379'],
        inspector,
        connect([endpoint = '']) {
          if (dead(endpoint))
            throw new ConnectionError('context deadline exceeded', {
              cause: refused,
              reasons: refused.reasons,
            });
          return readOnlyClient(endpoint);
        },
      });
    const third = context((endpoint) => endpoint.includes('10.0.0.3'));
    await expect(runDoctor({}, third.context)).rejects.toMatchObject({ exitCode: 1 });
    expect(third.emitted).toMatchObject([
      {
        report: {
          findings: [
            { id: 'member-unreachable', what: 'The member does not answer: connection refused.' },
            {},
          ],
        },
      },
    ]);
    const all = context(() => true);
    await expect(runDoctor({}, all.context)).rejects.toMatchObject({ exitCode: 2 });
    expect(all.emitted).toMatchObject([{ report: { state: 'unknown', members: [] } }]);
  });

  it('logs in at the given endpoints where a learner refuses that', async () => {
    const cause = new ServerError('etcdserver: rpc not supported for learner', 'FailedPrecondition');
    const { context, emitted } = fakeContext({
      endpoints: ['10.0.0.1:2379'],
      inspector,
      connect([endpoint], { loginEndpoints }) {
        const [first, second, third] = members;
        const listed = [first, second, { ...third, isLearner: true }];
        const memberList = async () => ({ members: listed });
        if (numberOf(endpoint) !== 3)
          return { ...readOnlyClient(endpoint), cluster: { memberList } } as unknown as Client;
        if (loginEndpoints?.join() !== '10.0.0.1:2379') throw new ConnectionError(cause.message, { cause });
        const maintenance = { status: async () => status(3, { isLearner: true }) };
        const cluster = { memberList: () => Promise.reject(cause) };
        return { maintenance, cluster } as unknown as Client;
      },
    });
    await runDoctor({}, context).catch(() => undefined);
    expect(emitted).toMatchObject([{ report: { findings: [{ id: 'learner' }, { id: 'even-voters' }] } }]);
  });

  it('says once that no member knows the user', async () => {
    const cause = new ServerError(
      'etcdserver: authentication failed, invalid user ID or password',
      'InvalidArgument',
    );
    const { context, emitted } = fakeContext({
      endpoints: ['10.0.0.1:2379', '10.0.0.2:2379'],
      inspector,
      connect() {
        throw new ConnectionError(cause.message, { cause });
      },
    });
    await expect(runDoctor({}, context)).rejects.toMatchObject({
      name: 'ConnectionError',
      message: cause.message,
      cause,
    });
    expect(emitted).toEqual([]);
  });

  it.each([
    ['etcdserver: permission denied', /^the user lacks the role root: give --user /],
    [
      'etcdserver: user name not found',
      /^the cluster knows no user with the name \(CN\) of the client certificate: give --user NAME$/,
    ],
  ])('says once what the user lacks: %s', async (message, reason) => {
    const refuse = async () => {
      throw new ServerError(message, 'PermissionDenied');
    };
    const { context, emitted } = fakeContext({
      endpoints: ['10.0.0.1:2379', '10.0.0.2:2379'],
      inspector,
      connect: ([endpoint]) =>
        ({
          ...readOnlyClient(endpoint),
          maintenance: { status: refuse },
          cluster: { memberList: refuse },
        }) as unknown as Client,
    });
    const failure = await runDoctor({}, context).catch((error) => error);
    expect(failure).toMatchObject({
      name: 'ConnectionError',
      message,
      reasons: [expect.stringMatching(reason)],
    });
    // There is no general hint beside this one.
    expect(failure).not.toHaveProperty('cause');
    expect(emitted).toEqual([]);
  });
});
