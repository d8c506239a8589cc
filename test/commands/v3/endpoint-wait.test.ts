import { describe, expect, it, vi } from 'vitest';
import { registerEndpoint } from '../../../src/commands/v3/endpoint/endpoint.js';
import { runEndpointHealth } from '../../../src/commands/v3/endpoint/health.js';
import { aborted } from '../../../src/model/abort-signal.js';
import { ConnectionError, ServerError, UsageError } from '../../../src/model/errors.js';
import type { CallOptions, Client } from '../../../src/model/services.js';
import { fakeContext } from '../../support/fake-context.js';
import { parseCommand } from '../../support/parse-command.js';
import { VirtualClock } from '../../support/virtual-clock.js';

/** The state of a member at one attempt: healthy, or the error of the probe or of connecting. */
type Attempt = 'healthy' | Error | Promise<'healthy'>;

const REFUSED = new ServerError('context deadline exceeded', 'DeadlineExceeded', {
  reasons: ['connection refused'],
});
const NO_LEADER = new ServerError('etcdserver: no leader', 'Unavailable');
const WRONG_PASSWORD = new ConnectionError('etcdserver: authentication failed', {
  cause: new ServerError('etcdserver: authentication failed', 'InvalidArgument'),
});

/** A cluster whose members go through these states, one an attempt; the last one stays. */
function clusterOf(members: Readonly<Record<string, readonly Attempt[]>>, list?: () => unknown) {
  const clock = new VirtualClock();
  const attempts = new Map<string, number>();
  const connections: string[] = [];
  const limits: (number | undefined)[] = [];
  const next = (endpoint: string) => {
    const states = members[endpoint] ?? [];
    const index = attempts.get(endpoint) ?? 0;
    attempts.set(endpoint, index + 1);
    return states[Math.min(index, states.length - 1)];
  };
  const fake = fakeContext({
    endpoints: Object.keys(members),
    connect: ([endpoint = '']) => {
      connections.push(endpoint);
      const states = members[endpoint] ?? [];
      const state = states[Math.min(attempts.get(endpoint) ?? 0, states.length - 1)];
      if (state instanceof ConnectionError || state instanceof UsageError) {
        next(endpoint);
        throw state;
      }
      return {
        kv: {
          async range(_request: unknown, call?: CallOptions) {
            limits.push(call?.maxTimeoutMs);
            const now = await Promise.race([next(endpoint), aborted(call?.signal as AbortSignal)]);
            if (now instanceof Error) throw now;
            return { kvs: [] };
          },
        },
        maintenance: { alarm: async () => ({ alarms: [] }) },
        cluster: {
          async memberList() {
            return { members: await list?.() };
          },
        },
      } as unknown as Client;
    },
  });
  const shown: string[] = [];
  const progress = () => ({
    update: () => undefined,
    show: (text: string) => shown.push(text),
    stop: () => undefined,
  });
  const notices = { ...fake.context.notices, progress };
  return { ...fake, context: { ...fake.context, clock, notices }, clock, connections, limits, shown };
}

async function wait(
  cluster: ReturnType<typeof clusterOf>,
  options: { readonly waitMs?: number; readonly quorum?: boolean; readonly wholeCluster?: boolean } = {},
) {
  const all = { waitMs: 60_000, quorum: false, wholeCluster: false, ...options };
  return runEndpointHealth(all, cluster.context).then(
    () => undefined,
    (failure: Error & { reasons?: readonly string[] }) => failure,
  );
}

describe('endpoint health --wait', () => {
  it('tries until all endpoints are healthy at once, and prints the last state only', async () => {
    const cluster = clusterOf({ a: ['healthy'], b: [NO_LEADER, NO_LEADER, 'healthy'] });
    expect(await wait(cluster)).toBeUndefined();
    expect(cluster.lines).toEqual([]);
    expect(cluster.emitted).toEqual([
      {
        kind: 'endpoint-health-states',
        endpoints: [
          expect.objectContaining({ endpoint: 'a', state: 'healthy', attempts: 3, waited: '750ms' }),
          expect.objectContaining({ endpoint: 'b', state: 'healthy', attempts: 3, waited: '750ms' }),
        ],
      },
    ]);
  });

  it('shows which endpoints are healthy while others are silent', async () => {
    let answer: ((state: 'healthy') => void) | undefined;
    const silent = new Promise<'healthy'>((resolve) => {
      answer = resolve;
    });
    const cluster = clusterOf({ a: ['healthy'], b: [NO_LEADER, silent], c: [REFUSED, 'healthy'] });
    const done = wait(cluster);
    await vi.waitFor(() => expect(cluster.shown.at(-1)).toBe('2 of 3 healthy, waiting for b'));
    answer?.('healthy');
    expect(await done).toBeUndefined();
    expect(cluster.shown.at(-1)).toBe('3 of 3 healthy');
  });

  it('keeps a connection as long as the server answers, and replaces one that is lost', async () => {
    const cluster = clusterOf({ a: [NO_LEADER, NO_LEADER, 'healthy'], b: [REFUSED, REFUSED, 'healthy'] });
    expect(await wait(cluster)).toBeUndefined();
    expect(cluster.connections.toSorted()).toEqual(['a', 'b', 'b', 'b']);
  });

  it('fails when the time is up, with the last state, and lets no call take longer', async () => {
    const cluster = clusterOf({ a: ['healthy'], b: [REFUSED] });
    const error = await wait(cluster, { waitMs: 2000 });
    expect(error).toMatchObject({ message: 'unhealthy cluster', reasons: ['1 of 2 healthy after 1.8s'] });
    expect(cluster.lines).toEqual(['b: connection refused']);
    expect(cluster.emitted).toMatchObject([
      { endpoints: [{ isHealthy: true }, { state: 'unhealthy', reason: 'connection refused', attempts: 5 }] },
    ]);
    expect(cluster.limits.filter((_each, index) => index % 2 === 0)).toEqual([2000, 1750, 1250, 250, 200]);
  });

  it('counts an endpoint that needs another password or certificate as unknown, and goes on', async () => {
    const cluster = clusterOf({ a: [WRONG_PASSWORD], b: [WRONG_PASSWORD, 'healthy'] });
    expect(await wait(cluster, { waitMs: 3000 })).toMatchObject({ message: 'unhealthy cluster' });
    expect(cluster.emitted).toMatchObject([
      { endpoints: [{ state: 'unknown', isHealthy: false }, { state: 'healthy' }] },
    ]);
  });

  it('ends at once for unusable files', async () => {
    const cluster = clusterOf({ a: [new UsageError('no such file')] });
    expect(await wait(cluster)).toBeInstanceOf(UsageError);
    expect(cluster.clock.now()).toBe(0n);
  });

  it('ends at once on a signal, with the reasons so far', async () => {
    const cluster = clusterOf({ a: [REFUSED] });
    const ended = wait(cluster, { waitMs: 3_600_000 });
    await cluster.clock.sleep(5000);
    const reason = new Error('interrupted');
    cluster.abort(reason);
    expect(await ended).toBe(reason);
    expect(cluster.emitted).toEqual([]);
    expect(cluster.lines).toEqual(['a: connection refused']);
  });

  it('refuses a negative time', () => {
    expect(() => parseCommand(registerEndpoint, ['endpoint', 'health', '--wait=-1s'])).toThrow(
      '--wait must not be negative',
    );
  });
});

describe('endpoint health --quorum', () => {
  it('is satisfied by a majority, and prints the others too', async () => {
    const cluster = clusterOf({ a: ['healthy'], b: [REFUSED], c: [REFUSED, 'healthy'] });
    expect(await wait(cluster, { quorum: true })).toBeUndefined();
    expect(cluster.emitted).toMatchObject([
      { endpoints: [{ isHealthy: true }, { state: 'unhealthy' }, { isHealthy: true }] },
    ]);
    expect(cluster.lines).toEqual(['b: connection refused']);
  });

  it('does not wait for silent endpoints when a majority is healthy', async () => {
    const silent = new Promise<never>(() => undefined);
    const cluster = clusterOf({ a: ['healthy'], b: [NO_LEADER, 'healthy'], c: [NO_LEADER, silent] });
    expect(await wait(cluster, { quorum: true })).toBeUndefined();
    expect(cluster.emitted).toMatchObject([
      { endpoints: [{ isHealthy: true }, { isHealthy: true }, { state: 'unknown', isHealthy: false }] },
    ]);
    expect(cluster.lines).toEqual(['c: not waited for, because a majority is healthy']);
    // The pause after the first check, and the time in which the others may still answer.
    expect(cluster.clock.now()).toBe(500_000_000n);
  });

  it('counts only what is healthy at the same time', async () => {
    const late = new Promise<never>(() => undefined);
    const cluster = clusterOf({ a: ['healthy', late], b: [NO_LEADER, 'healthy'], c: [NO_LEADER] });
    const ended = wait(cluster, { quorum: true });
    await cluster.clock.sleep(5000);
    cluster.abort(new Error('interrupted'));
    expect(await ended).toMatchObject({ message: 'interrupted' });
    expect(cluster.emitted).toEqual([]);
  });

  it('is not satisfied by a half; without --wait, it checks once', async () => {
    const cluster = clusterOf({ a: ['healthy'], b: [REFUSED] });
    expect(await wait(cluster, { quorum: true, waitMs: 0 })).toMatchObject({ reasons: [] });
    expect(cluster.clock.now()).toBe(0n);
    expect(cluster.limits).toEqual([undefined, undefined]);
  });
});

describe('endpoint health --cluster', () => {
  const member = (id: bigint, clientUrls: readonly string[], isLearner = false) => ({
    id,
    clientUrls,
    isLearner,
  });

  it('counts voting members for a quorum, not their endpoints, nor learners', async () => {
    const list = () => [
      member(1n, ['a', 'a2']),
      member(2n, ['b']),
      member(3n, []),
      member(4n, ['learner'], true),
    ];
    const states = { a: ['healthy'], a2: ['healthy'], learner: ['healthy'] } as const;
    const lost = clusterOf({ ...states, b: [REFUSED] }, list);
    expect(await wait(lost, { quorum: true, wholeCluster: true, waitMs: 1000 })).toMatchObject({
      message: 'unhealthy cluster',
      reasons: ['1 of 3 voting members healthy after 800ms'],
    });
    const kept = clusterOf({ ...states, b: ['healthy'] }, list);
    expect(await wait(kept, { quorum: true, wholeCluster: true })).toBeUndefined();
  });

  it('waits for the list of members, and for a member that is listed later', async () => {
    let attempt = 0;
    const list = () => {
      attempt++;
      if (attempt < 3) throw NO_LEADER;
      return attempt < 4 ? [member(1n, ['a'])] : [member(1n, ['a']), member(2n, ['b'])];
    };
    const cluster = clusterOf({ a: [NO_LEADER, 'healthy'], b: ['healthy'] }, list);
    expect(await wait(cluster, { wholeCluster: true })).toBeUndefined();
    expect(cluster.emitted).toMatchObject([{ endpoints: [{ endpoint: 'a' }, { endpoint: 'b' }] }]);
  });

  it('fails as without --wait when the members cannot be listed in time', async () => {
    const cluster = clusterOf({ a: ['healthy'] }, () => {
      throw NO_LEADER;
    });
    expect(await wait(cluster, { wholeCluster: true, waitMs: 1000 })).toMatchObject({
      message: 'failed to fetch endpoints from etcd cluster member list: etcdserver: no leader',
    });
    expect(cluster.emitted).toEqual([]);
  });
});
