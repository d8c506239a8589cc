import { describe, expect, it, vi } from 'vitest';
import { runMemberAdd } from '../../../src/commands/v3/member/add.js';
import { runMemberList } from '../../../src/commands/v3/member/list.js';
import { registerMember } from '../../../src/commands/v3/member/member.js';
import { runMemberPromote } from '../../../src/commands/v3/member/promote.js';
import { runMemberRemove } from '../../../src/commands/v3/member/remove.js';
import { runMemberUpdate } from '../../../src/commands/v3/member/update.js';
import type { Member, MemberAddRequest, MemberListRequest } from '../../../src/model/messages/cluster.js';
import type { ClusterService } from '../../../src/model/services.js';
import type { OutputFormat } from '../../../src/printers/printer.js';
import { fakeContext } from '../../support/fake-context.js';
import { parseCommand } from '../../support/parse-command.js';

const options = (...argv: string[]) => parseCommand(registerMember, ['member', ...argv]);
const MAX_ID = 2n ** 64n - 1n;

/** A context whose cluster service has only these calls. */
const contextWith = (cluster: Partial<ClusterService>, format: OutputFormat = 'simple') =>
  fakeContext({ format, connect: () => ({ cluster: cluster as ClusterService }) });

const requestsOf = (call: { mock: { calls: readonly (readonly [unknown, ...unknown[]])[] } }) =>
  call.mock.calls.map(([request]) => request);

describe('member commands', () => {
  it.each([
    [['add'], 'member name not provided'],
    [['add', 'm', 'x'], 'too many arguments'],
    [
      ['add', 'm', 'http://a:1', 'HTTPS://b:1'],
      'too many arguments, did you mean --peer-urls=http://a:1, did you mean --peer-urls=HTTPS://b:1',
    ],
    [['add', 'm'], 'member peer urls not provided'],
    [['remove'], 'member ID is not provided'],
    [['update', '1', '2'], 'member ID is not provided'],
    [['update', '1'], 'member peer urls not provided'],
    [
      ['promote', 'x'],
      'bad member ID arg (strconv.ParseUint: parsing "x": invalid syntax), expecting ID in Hex',
    ],
    [
      ['remove', '10000000000000000'],
      'bad member ID arg (strconv.ParseUint: parsing "10000000000000000": value out of range), expecting ID in Hex',
    ],
  ])('reject %j', (argv, message) => {
    expect(() => options(...argv)).toThrow(expect.objectContaining({ message, kind: 'arguments' }));
  });

  it.each([
    ['x', 'URL scheme must be http, https, unix, or unixs: x'],
    ['http://a:1, ', 'URL scheme must be http, https, unix, or unixs: '],
    [' http://a ', 'URL address does not have the form "host:port": http://a'],
    ['http:a:1', 'URL address does not have the form "host:port": http:a:1'],
    ['http://[::1]', 'URL address does not have the form "host:port": http://[::1]'],
    ['http://a:1/', 'URL must not contain a path: http://a:1/'],
    ['10.0.0.4:2380', 'parse "10.0.0.4:2380": first path segment in URL cannot contain colon'],
  ])('reject peer URLs %j before they connect', (urls, message) => {
    for (const argv of [
      ['add', 'm'],
      ['update', '1'],
    ]) {
      const refusal = expect.objectContaining({ message, kind: 'flag' });
      expect(() => options(...argv, '--peer-urls', urls)).toThrow(refusal);
    }
  });

  it('send peer URLs unchanged', () => {
    expect(options('add', 'm', '--peer-urls= http://[::1]:1,unix:///s', '--learner')).toEqual({
      name: 'm',
      peerUrls: [' http://[::1]:1', 'unix:///s'],
      isLearner: true,
    });
    expect(options('update', 'FFFFFFFFFFFFFFFF', '--peer-urls=HTTP://a:1')).toEqual({
      id: MAX_ID,
      peerUrls: ['HTTP://a:1'],
    });
  });
});

describe('member list', () => {
  it('is linearizable by default', async () => {
    const memberList = vi.fn(async (_request: MemberListRequest) => ({ members: [] }));
    const { context, emitted } = contextWith({ memberList });
    await runMemberList(options('list', 'ignored') as never, context);
    await runMemberList(options('list', '--consistency=s') as never, context);
    expect(requestsOf(memberList)).toEqual([{ linearizable: true }, { linearizable: false }]);
    expect(emitted).toEqual(Array(2).fill({ kind: 'member-list', response: { members: [] } }));
  });

  it('rejects an unknown consistency with the message of etcdctl', () => {
    const refusal = { message: 'unknown consistency flag "l"', kind: 'choice' };
    expect(() => options('list', '--consistency=S')).toThrow(expect.objectContaining(refusal));
  });
});

describe('member add', () => {
  const old: Member = {
    id: 1n,
    name: 'm1',
    peerUrls: ['http://a:1', 'http://b:1'],
    clientUrls: [],
    isLearner: false,
  };
  const added: Member = { ...old, id: MAX_ID, name: '', peerUrls: ['http://c:1'], isLearner: true };
  const response = { member: added, members: [old, added, { ...old, id: 2n, name: '' }] };
  const add = (format: OutputFormat) => {
    const memberAdd = vi.fn(async (_request: MemberAddRequest) => response);
    const fake = contextWith({ memberAdd }, format);
    const given = { name: 'new "one"', peerUrls: ['http://c:1', ' http://d:1'], isLearner: true };
    return { ...fake, memberAdd, done: runMemberAdd(given, fake.context) };
  };

  it('prints the settings of the new member in the simple format', async () => {
    const { done, emitted, memberAdd } = add('simple');
    await done;
    expect(requestsOf(memberAdd)).toEqual([{ peerUrls: ['http://c:1', ' http://d:1'], isLearner: true }]);
    expect(emitted).toEqual([
      { kind: 'member-add', response },
      {
        kind: 'text',
        text: [
          '',
          'ETCD_NAME="new \\"one\\""',
          'ETCD_INITIAL_CLUSTER="m1=http://a:1,m1=http://b:1,new \\"one\\"=http://c:1,=http://a:1,=http://b:1"',
          'ETCD_INITIAL_ADVERTISE_PEER_URLS="http://c:1, http://d:1"',
          'ETCD_INITIAL_CLUSTER_STATE="existing"',
          '',
        ].join('\n'),
      },
    ]);
  });

  it.each(['json', 'fields', 'protobuf'] as const)('prints the response only in %s', async (format) => {
    const { done, emitted } = add(format);
    await done;
    expect(emitted).toEqual([{ kind: 'member-add', response }]);
  });
});

describe('member remove, update, promote', () => {
  const response = { members: [] };

  it('send the id and print it with the response', async () => {
    const call = vi.fn(async (_request: object) => response);
    const { context, emitted } = contextWith({ memberRemove: call, memberUpdate: call, memberPromote: call });
    await runMemberRemove({ id: 1n }, context);
    await runMemberUpdate({ id: 2n, peerUrls: ['http://a:1'] }, context);
    await runMemberPromote({ id: MAX_ID }, context);
    expect(requestsOf(call)).toEqual([{ id: 1n }, { id: 2n, peerUrls: ['http://a:1'] }, { id: MAX_ID }]);
    expect(emitted).toEqual([
      { kind: 'member-remove', id: 1n, response },
      { kind: 'member-update', id: 2n, response },
      { kind: 'member-promote', id: MAX_ID, response },
    ]);
  });
});
