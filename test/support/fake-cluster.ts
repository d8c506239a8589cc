import { ConnectionError, ServerError } from '../../src/model/errors.js';
import type { Member } from '../../src/model/messages/cluster.js';
import { AlarmAction, type AlarmMember, type StatusResponse } from '../../src/model/messages/maintenance.js';
import type { Client } from '../../src/model/services.js';

const CLUSTER_ID = 77n;
const MB = 1_000_000n;

export interface FakeMember extends Member {
  isDown: boolean;
  dbSize: bigint;
  dbSizeInUse: bigint;
  dbSizeQuota: bigint;
  /** Entries behind the leader. */
  lag: bigint;
  clusterId: bigint;
  /** A failure of its next defragmentation. */
  defragFailure?: ServerError;
}

/** A cluster in memory. The endpoint of the member `m1` is `m1:2379`. `log` has every call that changes something. */
export class FakeCluster {
  readonly log: string[] = [];
  members: FakeMember[];
  leader = 1n;
  alarms: AlarmMember[] = [];
  revision = 1000n;
  compacted = -1n;
  /** Clients log in, which learners refuse. */
  hasAuth = false;
  /** Called before every call; may change the cluster. */
  onCall: (name: string, member: FakeMember) => void = () => undefined;

  constructor(...names: string[]) {
    this.members = names.map((name, index) => fakeMember(BigInt(index + 1), name));
  }

  member(name: string): FakeMember {
    const member = this.members.find((each) => each.name === name);
    if (member === undefined) throw new Error(`no member ${name}`);
    return member;
  }

  /** The endpoints of all members. */
  get endpoints(): string[] {
    return this.members.flatMap(({ clientUrls }) => clientUrls);
  }

  /** For `fakeContext`: a client of the first of the endpoints whose member is not down. */
  readonly connect = (
    endpoints: readonly string[],
    { loginEndpoints = endpoints }: { readonly loginEndpoints?: readonly string[] } = {},
  ): Partial<Client> => {
    if (this.hasAuth) this.#logIn(loginEndpoints);
    const behind = () => this.#running(endpoints)[0];
    const call =
      <Request, Response>(name: string, answer: (member: FakeMember, request: Request) => Response) =>
      async (request: Request) => {
        const member = behind();
        if (member !== undefined) this.onCall(name, member);
        if (member === undefined || member.isDown) {
          throw new ServerError('context deadline exceeded', 'DeadlineExceeded');
        }
        return answer(member, request);
      };
    return {
      kv: this.#kv(call) as never,
      cluster: this.#cluster(call) as never,
      maintenance: this.#maintenance(call) as never,
    };
  };

  /** The members behind the endpoints that are not down. */
  #running(endpoints: readonly string[]): FakeMember[] {
    const known = endpoints.flatMap((endpoint) =>
      this.members.filter(({ clientUrls }) => clientUrls.includes(endpoint)),
    );
    return known.filter(({ isDown }) => !isDown);
  }

  #logIn(endpoints: readonly string[]): void {
    const running = this.#running(endpoints);
    if (running.some(({ isLearner }) => !isLearner)) return;
    const cause =
      running.length === 0
        ? new ServerError('context deadline exceeded', 'DeadlineExceeded')
        : new ServerError('etcdserver: rpc not supported for learner', 'FailedPrecondition');
    throw new ConnectionError(cause.message, { cause });
  }

  header({ id, clusterId }: FakeMember) {
    return { clusterId, memberId: id, revision: this.revision, raftTerm: 2n };
  }

  #kv(call: Call) {
    return {
      range: call('range', (member, { revision = 0n }: { revision?: bigint }) => {
        if (revision > 0n && revision < this.compacted) {
          throw new ServerError('etcdserver: mvcc: required revision has been compacted', 'OutOfRange');
        }
        return { header: this.header(member), kvs: [], more: false, count: 0n };
      }),
      compact: call('compact', (_member, { revision }: { revision: bigint }) => {
        if (revision <= this.compacted) {
          throw new ServerError('etcdserver: mvcc: required revision has been compacted', 'OutOfRange');
        }
        this.log.push(`compact ${revision}`);
        this.compacted = revision;
        for (const member of this.members) member.dbSizeInUse = MB;
        return {};
      }),
    };
  }

  #cluster(call: Call) {
    const list = (member: FakeMember) => ({ header: this.header(member), members: [...this.members] });
    const find = (id: bigint) => this.members.find((each) => each.id === id);
    return {
      memberList: call('memberList', list),
      memberAdd: call('memberAdd', (member, request: { peerUrls: string[]; isLearner?: boolean }) => {
        const added = {
          ...fakeMember(BigInt(this.members.length + 10), ''),
          peerUrls: request.peerUrls,
          clientUrls: [],
          isLearner: request.isLearner ?? false,
        };
        this.log.push(`add ${request.peerUrls}${added.isLearner ? ' as learner' : ''}`);
        this.members.push(added);
        return { ...list(member), member: added };
      }),
      memberPromote: call('memberPromote', (member, { id }: { id: bigint }) => {
        const learner = find(id);
        if (learner?.name === '' || learner === undefined || learner.lag > 0n) {
          throw new ServerError(
            'etcdserver: can only promote a learner member which is in sync with leader',
            'FailedPrecondition',
          );
        }
        this.log.push(`promote ${learner.name}`);
        this.members = this.members.map((each) => (each.id === id ? { ...each, isLearner: false } : each));
        return list(member);
      }),
      memberRemove: call('memberRemove', (member, { id }: { id: bigint }) => {
        this.log.push(`remove ${find(id)?.name}`);
        this.members = this.members.filter((each) => each.id !== id);
        return list(member);
      }),
    };
  }

  #maintenance(call: Call) {
    return {
      status: call('status', (member): StatusResponse => this.#status(member)),
      alarm: call('alarm', (member, request: { action?: number } & AlarmMember) => {
        if (request.action === AlarmAction.deactivate) {
          this.log.push(`disarm ${request.alarm} of ${request.memberId}`);
          this.alarms = this.alarms.filter(
            ({ memberId, alarm }) => memberId !== request.memberId || alarm !== request.alarm,
          );
        }
        return { header: this.header(member), alarms: this.alarms };
      }),
      defragment: call('defragment', (member) => {
        if (member.isLearner)
          throw new ServerError('etcdserver: rpc not supported for learner', 'Unavailable');
        this.log.push(`defragment ${member.name}${member.id === this.leader ? ' (leader)' : ''}`);
        if (member.defragFailure !== undefined) throw member.defragFailure;
        member.dbSize = member.dbSizeInUse;
        return {};
      }),
      moveLeader: call('moveLeader', (member, { targetId }: { targetId: bigint }) => {
        if (member.id !== this.leader) throw new ServerError('etcdserver: not leader', 'FailedPrecondition');
        this.log.push(`move the leadership from ${member.id} to ${targetId}`);
        this.leader = targetId;
        return {};
      }),
    };
  }

  #status(member: FakeMember): StatusResponse {
    return {
      header: this.header(member),
      version: '3.7.1',
      dbSize: member.dbSize,
      leader: this.leader,
      raftIndex: 50_000n,
      raftTerm: 2n,
      raftAppliedIndex: 50_000n - member.lag,
      errors: [],
      dbSizeInUse: member.dbSizeInUse,
      isLearner: member.isLearner,
      storageVersion: '3.7.0',
      dbSizeQuota: member.dbSizeQuota,
    };
  }
}

type Call = <Request, Response>(
  name: string,
  answer: (member: FakeMember, request: Request) => Response,
) => (request: Request) => Promise<Response>;

function fakeMember(id: bigint, name: string): FakeMember {
  return {
    id,
    name,
    peerUrls: [`http://${name}:2380`],
    clientUrls: [`${name}:2379`],
    isLearner: false,
    isDown: false,
    dbSize: 100n * MB,
    dbSizeInUse: 40n * MB,
    dbSizeQuota: 2000n * MB,
    lag: 0n,
    clusterId: CLUSTER_ID,
  };
}
