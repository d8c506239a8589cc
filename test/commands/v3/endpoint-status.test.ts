import { describe, expect, it, vi } from 'vitest';
import { registerEndpoint } from '../../../src/commands/v3/endpoint/endpoint.js';
import { runEndpointHashKv } from '../../../src/commands/v3/endpoint/hashkv.js';
import { runEndpointStatus } from '../../../src/commands/v3/endpoint/status.js';
import { CommandError, ConnectionError, ServerError } from '../../../src/model/errors.js';
import type { MaintenanceService } from '../../../src/model/services.js';
import { fakeContext } from '../../support/fake-context.js';
import { parseCommand } from '../../support/parse-command.js';

const options = (...argv: string[]) => parseCommand(registerEndpoint, ['endpoint', ...argv]);
const DOWN = new ServerError('context deadline exceeded', 'DeadlineExceeded', { reasons: ['b: refused'] });

/** A cluster of these endpoints, each with the error of its calls, if any. The response has the endpoint as its version. */
function clusterOf(endpoints: Readonly<Record<string, Error | undefined>>) {
  const closed: string[] = [];
  const asked: unknown[] = [];
  const answer = (endpoint: string) => async (request: unknown) => {
    asked.push(request);
    const failure = endpoints[endpoint];
    if (failure !== undefined) throw failure;
    return { version: endpoint };
  };
  const fake = fakeContext({
    endpoints: Object.keys(endpoints),
    connect: ([endpoint = '']) => {
      if (endpoints[endpoint] instanceof ConnectionError) throw endpoints[endpoint];
      const call = answer(endpoint);
      const maintenance = { status: call, hashKV: call } as unknown as MaintenanceService;
      return {
        maintenance,
        cluster: { memberList: async () => ({ members: [{ clientUrls: ['m1', 'm2'] }] }) } as never,
        close: () => closed.push(endpoint),
      };
    },
  });
  return { ...fake, closed, asked };
}

const answered = (...endpoints: string[]) =>
  endpoints.map((endpoint) => ({ endpoint, response: { version: endpoint } }));

describe.each([
  ['status', 'endpoint-status', runEndpointStatus],
  ['hash', 'endpoint-hashkv', runEndpointHashKv],
] as const)('the %s of endpoints', (what, kind, runCommand) => {
  const run = (wholeCluster: boolean, cluster: ReturnType<typeof clusterOf>) =>
    runCommand({ wholeCluster, revision: 0n, all: false }, cluster.context);

  it('prints the endpoints in order, and closes all connections', async () => {
    const cluster = clusterOf({ b: undefined, a: undefined, c: undefined });
    await run(false, cluster);
    expect(cluster.emitted).toEqual([{ kind, endpoints: answered('b', 'a', 'c') }]);
    expect(cluster.closed.toSorted()).toEqual(['a', 'b', 'c']);
  });

  it('with --cluster, calls the client URLs of the members', async () => {
    const cluster = clusterOf({ a: undefined });
    await run(true, cluster);
    expect(cluster.emitted).toEqual([{ kind, endpoints: answered('m1', 'm2') }]);
  });

  it('leaves out endpoints that failed, and prints them on stderr', async () => {
    const cluster = clusterOf({ a: undefined, b: DOWN, c: undefined });
    await expect(run(false, cluster)).rejects.toThrow();
    expect(cluster.emitted).toEqual([{ kind, endpoints: answered('a', 'c') }]);
    expect(cluster.lines).toEqual([
      'b: refused',
      `Failed to get the ${what} of endpoint b (context deadline exceeded)`,
    ]);
  });

  it('prints an empty list when all endpoints fail', async () => {
    const cluster = clusterOf({ b: DOWN });
    await expect(run(false, cluster)).rejects.toThrow();
    expect(cluster.emitted).toEqual([{ kind, endpoints: [] }]);
  });

  it('with --cluster, has another status when authentication fails for the member list', async () => {
    const cluster = clusterOf({ a: new ConnectionError('etcdserver: authentication failed') });
    const failed = run(true, cluster);
    await expect(failed).rejects.toBeInstanceOf(CommandError);
    await expect(failed).rejects.toThrow('etcdserver: authentication failed');
  });

  it('makes no call after a failed authentication', async () => {
    const refusal = new ConnectionError('etcdserver: authentication failed');
    const cluster = clusterOf({ a: undefined, b: refusal });
    await expect(run(false, cluster)).rejects.toBe(refusal);
    expect(cluster.emitted).toEqual([]);
  });
});

describe('endpoint status', () => {
  it('prints no final error line', async () => {
    const { context } = clusterOf({ a: DOWN });
    await expect(runEndpointStatus({ wholeCluster: false, all: false }, context)).rejects.toMatchObject({
      message: 'already reported',
      exitCode: 1,
    });
  });

  it('with --all, prints the endpoints that failed too, in order, with the reasons', async () => {
    const refusal = new ConnectionError('etcdserver: authentication failed');
    const cluster = clusterOf({ a: undefined, b: DOWN, c: refusal, d: undefined });
    const failed = runEndpointStatus({ wholeCluster: false, all: true }, cluster.context);
    await expect(failed).rejects.toMatchObject({ exitCode: 2 });
    const [a, d] = answered('a', 'd');
    const b = { endpoint: 'b', error: 'context deadline exceeded', reasons: ['b: refused'] };
    const c = { endpoint: 'c', error: 'etcdserver: authentication failed', reasons: [] };
    expect(cluster.emitted).toEqual([{ kind: 'endpoint-status-all', endpoints: [a, b, c, d] }]);
    expect(cluster.lines).toEqual([
      'b: refused',
      'Failed to get the status of endpoint b (context deadline exceeded)',
      'Failed to get the status of endpoint c (etcdserver: authentication failed)',
    ]);
  });

  it('with --all, succeeds when all endpoints do', async () => {
    const cluster = clusterOf({ a: undefined });
    await runEndpointStatus({ wholeCluster: false, all: true }, cluster.context);
    expect(cluster.emitted).toEqual([{ kind: 'endpoint-status-all', endpoints: answered('a') }]);
  });

  it('calls all endpoints concurrently', async () => {
    const waiting: (() => void)[] = [];
    const status = vi.fn(() => new Promise((resolve) => waiting.push(() => resolve({}))));
    const { context } = fakeContext({
      endpoints: ['a', 'b'],
      connect: () => ({ maintenance: { status } as never }),
    });
    const done = runEndpointStatus({ wholeCluster: false, all: false }, context);
    await vi.waitFor(() => expect(waiting).toHaveLength(2));
    for (const answer of waiting) answer();
    await done;
  });
});

describe('endpoint hashkv', () => {
  it('sends the revision', async () => {
    expect(options('hashkv', '--rev=-9223372036854775808', '--cluster')).toEqual({
      wholeCluster: true,
      revision: -(2n ** 63n),
    });
    const { context, asked } = clusterOf({ a: undefined });
    await runEndpointHashKv({ wholeCluster: false, revision: 5n }, context);
    expect(asked).toEqual([{ revision: 5n }]);
  });

  it('fails with the last failure', async () => {
    const last = new ServerError('etcdserver: no leader', 'Unavailable');
    const { context } = clusterOf({ a: DOWN, b: undefined, c: last });
    const failed = runEndpointHashKv({ wholeCluster: false, revision: 0n }, context);
    await expect(failed).rejects.toMatchObject({ message: 'etcdserver: no leader', reasons: [] });
  });
});
