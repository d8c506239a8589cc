import type { Member } from '../../../../model/messages/cluster.js';
import { counted, listed } from '../../../../printers/prose.js';
import { finding } from '../catalogue.js';
import { type ClusterView, votersOf } from '../cluster-view.js';
import { answered, troubleOf } from '../observation.js';
import { at, type Check } from './check.js';

export const unknownMembers: Check = ({ isListKnown, answering }) => {
  const [place] = answering;
  if (isListKnown || place === undefined) return [];
  const words = troubleOf(place.members)?.words ?? 'no reason is known';
  return [
    finding('members-unknown', {
      endpoint: place.endpoint,
      what: `The list of members cannot be read: ${words}. Only what the given endpoints say is known.`,
      advice: 'Give a user that may read it (--user), and the endpoints of all members.',
    }),
  ];
};

/** Members whose own list is not that of the newest one. */
export const differentLists: Check = ({ members }, lines) => {
  const newest = members.map(({ member }) => member);
  return members.flatMap((view) => {
    const own = answered(view.answering[0]?.members)?.members;
    const differences = own === undefined ? [] : differencesOf(own, newest);
    if (differences.length === 0) return [];
    return [
      finding('member-lists-differ', {
        ...at(view),
        what: `Its list of members is another one than that of the newest member: ${differences.join('; ')}. It has not applied a change of the members, or its data is wrong.`,
        advice: 'If it does not catch up, see whether it is connected to the others. The list of the others:',
        commands: [lines.etcdctl('member', 'list', '-w', 'table')],
      }),
    ];
  });
};

function differencesOf(own: readonly Member[], newest: readonly Member[]): string[] {
  const name = (member: Member) => member.name || member.id.toString(16);
  const lacking = newest.filter(({ id }) => !own.some((other) => other.id === id)).map(name);
  const surplus = own.filter(({ id }) => !newest.some((other) => other.id === id)).map(name);
  const changed = newest
    .filter((member) => own.some((other) => other.id === member.id && describe(other) !== describe(member)))
    .map(name);
  return [
    ...(lacking.length > 0 ? [`it lacks ${listed(lacking)}`] : []),
    ...(surplus.length > 0 ? [`it still has ${listed(surplus)}`] : []),
    ...(changed.length > 0 ? [`it has another name, URL or role for ${listed(changed)}`] : []),
  ];
}

function describe({ name, peerUrls, clientUrls, isLearner }: Member): string {
  return [name, peerUrls.toSorted(), clientUrls.toSorted(), isLearner].join(' ');
}

export const unstartedMembers: Check = ({ members }, lines) =>
  members
    .filter(({ member, isListed }) => isListed && member.name === '')
    .map((view) =>
      finding('member-unstarted', {
        ...at(view),
        endpoint: view.member.peerUrls[0],
        what: 'The member was added and has never started. A voter that does not run counts for the majority.',
        advice: 'Start it with --initial-cluster-state=existing and this peer URL, or remove it:',
        commands: [lines.etcdctl('member', 'remove', view.member.id.toString(16))],
      }),
    );

export const learners: Check = ({ members }, lines) =>
  members
    .filter(({ member }) => member.isLearner && member.name !== '')
    .map((view) =>
      finding('learner', {
        ...at(view),
        what: 'The member is a learner: it does not vote, and does not answer clients.',
        advice: 'Promote it when it has caught up with the leader:',
        commands: [lines.etcdctl('member', 'promote', view.member.id.toString(16))],
      }),
    );

export const equalNames: Check = ({ members }) => {
  const names = members.map(({ member }) => member.name).filter((name) => name !== '');
  const repeated = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...repeated].map((name) => {
    const ids = members
      .filter(({ member }) => member.name === name)
      .map(({ member }) => member.id.toString(16));
    return finding('member-names-equal', {
      member: name,
      what: `${counted(ids.length, 'member')} have the name ${name}: ${listed(ids)}.`,
      advice: 'Start each member with a --name of its own.',
    });
  });
};

export const numberOfVoters: Check = (view) => {
  const { length: count } = votersOf(view);
  if (!view.isListKnown || count === 0) return [];
  if (count === 1) {
    return [
      finding('single-voter', {
        what: 'The cluster has one voting member: when it fails, nothing can be read or written.',
        advice: 'Add two members for a cluster that outlives a failure. Save snapshots.',
      }),
    ];
  }
  if (count % 2 === 1) return [];
  const mayFail = count - majorityOf(count);
  return [
    finding('even-voters', {
      what: `The cluster has ${count} voting members. ${mayFail === 0 ? 'None of them may fail' : `Only ${counted(mayFail, 'member')} may fail`}, as with ${count - 1}.`,
      advice: 'Add a member, or remove one.',
    }),
  ];
};

export const quorum: Check = (view) => {
  const voters = votersOf(view);
  const answering = voters.filter((voter) => voter.answering.length > 0);
  const needed = majorityOf(voters.length);
  if (!view.isListKnown || answering.length === voters.length) return [];
  const away = listed(voters.filter((voter) => voter.answering.length === 0).map(({ label }) => label));
  const counts = `${answering.length} of ${counted(voters.length, 'voting member')} ${answering.length === 1 ? 'answers' : 'answer'}`;
  if (answering.length < needed) {
    if (isReadable(view)) return [];
    return [
      finding('quorum-lost', {
        what: `${counts}, and ${needed} are needed: the cluster serves neither reads nor writes. ${away} must be started.`,
        advice:
          'Start enough of the missing members. Only if their data is lost for ever: restore a snapshot, or start one member with --force-new-cluster.',
      }),
    ];
  }
  if (answering.length > needed) return [];
  return [
    finding('quorum-without-reserve', {
      what: `${counts}, as many as are needed: when one more fails, the cluster serves neither reads nor writes.`,
      advice: `Bring back ${away} first, before any other work on the cluster.`,
    }),
  ];
};

function majorityOf(voters: number): number {
  return Math.floor(voters / 2) + 1;
}

/** A linearizable read has succeeded: a majority runs, although it cannot be reached from here. */
function isReadable({ answering }: ClusterView): boolean {
  return answering.some(({ reads = [] }) => reads.some((read) => answered(read) !== undefined));
}
