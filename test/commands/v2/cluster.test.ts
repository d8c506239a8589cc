import { describe, expect, it, vi } from 'vitest';
import {
  type ClusterHealthOptions,
  registerClusterHealth,
  runClusterHealth,
} from '../../../src/commands/v2/cluster-health.js';
import {
  type MemberAddOptions,
  registerMemberAdd,
  runMemberAdd,
} from '../../../src/commands/v2/member/add.js';
import { runMemberList } from '../../../src/commands/v2/member/list.js';
import { registerMember } from '../../../src/commands/v2/member/member.js';
import { runMemberRemove } from '../../../src/commands/v2/member/remove.js';
import { registerMemberUpdate, runMemberUpdate } from '../../../src/commands/v2/member/update.js';
import { UsageError } from '../../../src/model/errors.js';
import { V2AttemptError, V2CallError, V2DeadlineError } from '../../../src/model/v2/errors.js';
import type { V2Health, V2Member } from '../../../src/model/v2/services.js';
import { SignalReceivedError } from '../../../src/term/signals.js';
import { type FakeV2Settings, fakeV2Context, parseV2Command } from '../../support/fake-v2-context.js';

const m1: V2Member = { id: '1a', name: 'm1', peerUrls: ['http://p1:1'], clientUrls: ['http://c1:1'] };
const m2: V2Member = {
  id: '2b',
  name: 'm2',
  peerUrls: ['http://p2:1'],
  clientUrls: ['http://c2:1', 'http://d2:1'],
};
const unstarted: V2Member = { id: '3c', name: '', peerUrls: ['http://p3:1'], clientUrls: [] };

function texts({ emitted }: ReturnType<typeof fakeV2Context>): string {
  return emitted.map((each) => (each.kind === 'text' ? each.text : each.kind)).join('');
}

describe('version 2 cluster-health', () => {
  const once: ClusterHealthOptions = { isForever: false };

  /** A cluster of these members, with the health by client URL. */
  function fakeCluster(members: readonly V2Member[], health: Record<string, V2Health | Error>) {
    return fakeV2Context({
      client: {
        members: { list: async () => members },
        health: async (url: string) => {
          const answer = health[url];
          if (answer === undefined || answer instanceof Error) throw answer;
          return answer;
        },
      } as unknown as FakeV2Settings['client'] & object,
    });
  }

  it('does not sync the endpoints', async () => {
    const fake = fakeCluster([m1], { 'http://c1:1': true });
    await runClusterHealth(once, fake.context);
    expect(fake.connections).toEqual([{ syncs: false }]);
    expect(texts(fake)).toBe(
      'member 1a is healthy: got healthy result from http://c1:1\ncluster is healthy\n',
    );
  });

  it('requests the URLs of a member until one responds', async () => {
    const fake = fakeCluster([m1, m2], {
      'http://c1:1': false,
      'http://c2:1': { failure: 'Get "http://c2:1/health": no' },
      'http://d2:1': true,
    });
    await expect(runClusterHealth(once, fake.context)).rejects.toMatchObject({ exitCode: 5 });
    expect(texts(fake)).toBe(
      [
        'member 1a is unhealthy: got unhealthy result from http://c1:1',
        'failed to check the health of member 2b on http://c2:1: Get "http://c2:1/health": no',
        'member 2b is healthy: got healthy result from http://d2:1',
        'cluster is degraded\n',
      ].join('\n'),
    );
  });

  it('reports a member as unreachable after the timeout', async () => {
    const fake = fakeCluster([m2, unstarted], {
      'http://c2:1': new V2DeadlineError(),
      'http://d2:1': new V2DeadlineError(),
    });
    await expect(runClusterHealth(once, fake.context)).rejects.toMatchObject({ exitCode: 5 });
    expect(texts(fake)).toBe(
      [
        'failed to check the health of member 2b on http://c2:1: Get "http://c2:1/health": context deadline exceeded',
        'failed to check the health of member 2b on http://d2:1: Get "http://d2:1/health": context deadline exceeded',
        'member 2b is unreachable: [http://c2:1 http://d2:1] are all unreachable',
        'member 3c is unreachable: no available published client urls',
        'cluster is unavailable\n',
      ].join('\n'),
    );
  });

  it('reports members without client URLs', async () => {
    const failure = new V2AttemptError('refused', true);
    const fake = fakeV2Context({ client: { members: { list: () => Promise.reject(failure) } } });
    await expect(runClusterHealth(once, fake.context)).rejects.toBe(failure);
    expect(texts(fake)).toBe('cluster may be unhealthy: failed to list members\n');
  });

  it('gives unusable TLS files the status of a server error, as etcdctl does', async () => {
    const { context } = fakeV2Context();
    const refused = { ...context, connect: () => Promise.reject(new UsageError('open x: no')) };
    await expect(runClusterHealth(once, refused)).rejects.toMatchObject({
      ending: 'server',
      message: 'open x: no',
    });
  });

  it('repeats the check until Ctrl-C', async () => {
    const options = parseV2Command(registerClusterHealth, ['cluster-health', '-f']) as ClusterHealthOptions;
    const fake = fakeCluster([m1], { 'http://c1:1': false });
    const context = {
      ...fake.context,
      clock: {
        now: () => 0n,
        async sleep(ms: number, signal?: AbortSignal) {
          fake.sleeps.push(ms);
          if (fake.sleeps.length === 3) fake.abort(new SignalReceivedError('SIGINT'));
          signal?.throwIfAborted();
        },
      },
    };
    await expect(runClusterHealth(options, context)).resolves.toBeUndefined();
    expect(fake.sleeps).toEqual([10_000, 10_000, 10_000]);
    expect(texts(fake).match(/cluster is unavailable\n\nnext check after 10 second\.\.\.\n\n/g)).toHaveLength(
      3,
    );
  });
});

describe('version 2 member', () => {
  it.each([
    [['member', 'list', 'x'], 'No arguments accepted'],
    [['member', 'add', 'n'], 'Provide a name and a single member peerURL'],
    [['member', 'add', 'n', 'http://h:1', 'x'], 'Provide a name and a single member peerURL'],
    [['member', 'add', 'n', 'nonsense'], 'URL scheme must be http, https, unix, or unixs: nonsense'],
    [['member', 'remove'], 'Provide a single member ID'],
    [['member', 'remove', '1', '2'], 'Provide a single member ID'],
    [
      ['member', 'update', '1'],
      'Provide an ID and a list of comma separated peerURL (0xabcd http://example.com,http://example1.com)',
    ],
    [['member', 'update', '1', 'http://h:1/x'], 'URL must not contain a path: http://h:1/x'],
  ])('rejects %j', (argv, message) => {
    expect(() => parseV2Command(registerMember, argv)).toThrow(
      expect.objectContaining({ message, ending: 'plain' }),
    );
  });

  it('list prints the leader, and members that are not started', async () => {
    const fake = fakeV2Context({
      client: { members: { list: async () => [m1, m2, unstarted], leader: async () => m2 } },
    });
    await runMemberList({}, fake.context);
    expect(texts(fake)).toBe(
      [
        '1a: name=m1 peerURLs=http://p1:1 clientURLs=http://c1:1 isLeader=false',
        '2b: name=m2 peerURLs=http://p2:1 clientURLs=http://c2:1,http://d2:1 isLeader=true',
        '3c[unstarted]: peerURLs=http://p3:1\n',
      ].join('\n'),
    );
  });

  it('list fails without a leader', async () => {
    const leader = () => Promise.reject(new V2CallError('unexpected status code 503'));
    const fake = fakeV2Context({ client: { members: { list: async () => [m1], leader } } });
    await expect(runMemberList({}, fake.context)).rejects.toThrow(
      'Failed to get leader:  unexpected status code 503',
    );
    expect(fake.emitted).toEqual([]);
  });

  it('add prints the settings of the new member', async () => {
    const register = (parent: Parameters<typeof registerMember>[0]) => registerMemberAdd(parent);
    const options = parseV2Command(register, ['add', 'n"3', 'http://p3:1']) as MemberAddOptions;
    const add = vi.fn(async () => unstarted);
    const fake = fakeV2Context({ client: { members: { add, list: async () => [m1, unstarted] } } });
    await runMemberAdd(options, fake.context);
    expect(add).toHaveBeenCalledWith(['http://p3:1'], expect.anything());
    expect(texts(fake)).toBe(
      [
        'Added member named n"3 with ID 3c to cluster',
        '',
        'ETCD_NAME="n\\"3"',
        'ETCD_INITIAL_CLUSTER="m1=http://p1:1,n\\"3=http://p3:1"',
        'ETCD_INITIAL_CLUSTER_STATE="existing"\n',
      ].join('\n'),
    );
  });

  it('remove requires the ID of a member, and prints it if the name is given', async () => {
    const remove = vi.fn(async () => {});
    const fake = fakeV2Context({ client: { members: { list: async () => [m1, m2], remove } } });
    await runMemberRemove({ id: '2b' }, fake.context);
    expect(texts(fake)).toBe('Removed member 2b from cluster\n');
    await expect(runMemberRemove({ id: 'm1' }, fake.context)).rejects.toMatchObject({
      message: "Couldn't find a member in the cluster with an ID of m1.",
      reasons: ['m1 is the name of a member: its ID is 1a'],
    });
    expect(remove).toHaveBeenCalledTimes(1);
  });

  it('remove reports which of its calls failed', async () => {
    const fails = () => Promise.reject(new V2CallError('no'));
    const first = fakeV2Context({ client: { members: { list: fails } } });
    await expect(runMemberRemove({ id: '1a' }, first.context)).rejects.toThrow(
      'Error while verifying ID against known members: no',
    );
    const second = fakeV2Context({ client: { members: { list: async () => [m1], remove: fails } } });
    await expect(runMemberRemove({ id: '1a' }, second.context)).rejects.toThrow(
      'Received an error trying to remove member 1a: no',
    );
  });

  it('update sends the URLs sorted', async () => {
    const options = parseV2Command(registerMemberUpdate, ['update', '1a', 'http://z:1,http://a:1']);
    const update = vi.fn(async () => {});
    const fake = fakeV2Context({ client: { members: { update } } });
    await runMemberUpdate(options as Parameters<typeof runMemberUpdate>[0], fake.context);
    expect(update).toHaveBeenCalledWith('1a', ['http://a:1', 'http://z:1'], expect.anything());
    expect(texts(fake)).toBe('Updated member with ID 1a in cluster\n');
  });
});
