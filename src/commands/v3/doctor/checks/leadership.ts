import { finding } from '../catalogue.js';
import type { ClusterView, MemberView } from '../cluster-view.js';
import { type Answer, answered, troubleOf } from '../observation.js';
import { at, type Check } from './check.js';

/** Reads of a cluster in one place take a few milliseconds; over continents 300. */
const SLOW_READ_MS = 500;

const SLOW_ADVICE =
  'See whether disk, processor and network of the members are busy: etcd needs a write to disk within 10 ms.';

export const missingLeader: Check = ({ members }) => {
  const asked = members.filter(({ status }) => status !== undefined);
  const without = asked.filter(({ status }) => status?.leader === 0n);
  if (without.length === 0) return [];
  if (without.length === asked.length) {
    return [
      finding('leader-missing', {
        what: `No member that answers knows a leader: the cluster serves neither reads nor writes.`,
        advice: 'A majority of the voting members must run and reach each other at their peer URLs.',
      }),
    ];
  }
  return without.map((view) =>
    finding('leader-missing', {
      ...at(view),
      what: 'The member knows no leader, while others do: it is cut off from them.',
      advice:
        'Check the connections between the peer URLs, and the certificates of --peer-cert-file and --peer-trusted-ca-file; its log says what is wrong.',
    }),
  );
};

export const differentLeaders: Check = ({ members }) => {
  const settled = members.filter(({ firstStatus, status }) => {
    return status !== undefined && status.leader !== 0n && status.leader === firstStatus?.leader;
  });
  const leaders = new Set(settled.map(({ status }) => status?.leader ?? 0n));
  if (leaders.size < 2) return [];
  const opinions = settled.map(({ label, status }) => `${label}: ${nameOf(status?.leader ?? 0n, members)}`);
  return [
    finding('leaders-differ', {
      what: `The members do not agree on the leader (${opinions.join(', ')}).`,
      advice:
        'A member that is cut off keeps the old one for a while. Check the connections between the peer URLs.',
    }),
  ];
};

export const leaderChanges: Check = ({ members }) => {
  const changed = members.filter(({ firstStatus: before, status: after }) => {
    if (before === undefined || after === undefined) return false;
    return before.raftTerm !== after.raftTerm || before.leader !== after.leader;
  });
  const [one] = changed;
  // Without a leader now, that is reported.
  if (one === undefined || changed.every(({ status }) => status?.leader === 0n)) return [];
  const [before, after] = [one.firstStatus?.leader ?? 0n, one.status?.leader ?? 0n];
  return [
    finding('leader-changed', {
      what: `The leader changed within these seconds: ${nameOf(before, members)} in term ${one.firstStatus?.raftTerm}, ${nameOf(after, members)} in term ${one.status?.raftTerm}.`,
      advice: `Run this again. If it changes often, a member is too slow. ${SLOW_ADVICE}`,
    }),
  ];
};

function nameOf(id: bigint, members: ClusterView['members']): string {
  if (id === 0n) return 'none';
  return members.find(({ member }) => member.id === id)?.label ?? id.toString(16);
}

/** A member that has not reached in the end what the leader had in the beginning. */
export const laggingMembers: Check = ({ members, leaderId }) => {
  const leader = members.find(({ member }) => member.id === leaderId);
  const goal = leader?.firstStatus?.raftIndex;
  if (goal === undefined) return [];
  return members.flatMap((view) => {
    const index = view.status?.raftIndex;
    if (index === undefined || index >= goal || view === leader) return [];
    return [
      finding('raft-behind', {
        ...at(view),
        what: `The member is ${goal - index} raft entries behind the leader ${leader?.label}, and did not catch up within these seconds.`,
        advice:
          'Let it catch up before other members are stopped. If it stays behind, check its disk and its connections to the others.',
      }),
    ];
  });
};

export const slowAppliers: Check = ({ members }) =>
  members.flatMap((view) => {
    const [goal, applied] = [view.firstStatus?.raftIndex, view.status?.raftAppliedIndex];
    if (goal === undefined || applied === undefined || applied >= goal) return [];
    return [
      finding('apply-behind', {
        ...at(view),
        what: `The member has ${goal - applied} committed entries not applied yet, for these seconds: its answers are old. From 5000 on it refuses writes.`,
        advice: `Large requests or a slow disk hold it up. ${SLOW_ADVICE}`,
      }),
    ];
  });

export const reads: Check = ({ members }) =>
  members.flatMap((view) => {
    const { reads: answers = [] } = view.answering[0] ?? {};
    // Without a leader no read can succeed: that is reported.
    if (view.status?.leader === 0n) return [];
    const trouble = troubleOf(answers.at(-1));
    if (trouble !== undefined && trouble.kind !== 'denied') {
      return [
        finding('read-failed', {
          ...at(view),
          what: `A linearizable read from this member failed: ${trouble.words}.`,
          advice: `A majority of the members must confirm it. ${SLOW_ADVICE}`,
        }),
      ];
    }
    const ms = medianReadMs(view);
    if (ms === undefined || ms < SLOW_READ_MS) return [];
    return [
      finding('read-slow', {
        ...at(view),
        what: `A linearizable read from this member takes ${Math.round(ms)} ms.`,
        advice: SLOW_ADVICE,
      }),
    ];
  });

export function medianReadMs({ answering }: MemberView): number | undefined {
  const times = answering[0]?.reads?.flatMap((read: Answer<number>) => answered(read) ?? []) ?? [];
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
}
