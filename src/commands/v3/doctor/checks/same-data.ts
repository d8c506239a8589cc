import type { Finding } from '../../../../model/doctor.js';
import { isEtcdError } from '../../../../model/errors.js';
import { listed } from '../../../../printers/prose.js';
import { finding } from '../catalogue.js';
import type { ClusterView, MemberView } from '../cluster-view.js';
import type { CommandLines } from '../command-line.js';
import { answered, troubleOf } from '../observation.js';
import { at, type Check, replaceCommand } from './check.js';

interface Hashed {
  readonly view: MemberView;
  readonly hash: number;
  readonly compactRevision: bigint;
}

/** Whether all members hold the same data: by their hashes, or where these are equal or cannot be compared, by their revisions. */
export const differentData: Check = (cluster, lines) => {
  const asked = cluster.members.flatMap((view): Hashed[] => {
    const hash = answered(view.answering[0]?.hash);
    return hash === undefined ? [] : [{ view, ...hash }];
  });
  const isComparable = asked.every(({ compactRevision }) => compactRevision === asked[0]?.compactRevision);
  if (isComparable) {
    const byHash = grouped(asked.map(({ view, hash }) => [view, hash]));
    if (byHash.length > 1) return [differentHashes(byHash, cluster, lines)];
  }
  return [...differentRevisions(cluster, lines), ...(isComparable ? [] : [incomparableHashes(asked)])];
};

function differentHashes(
  groups: readonly Group<number>[],
  { observation }: ClusterView,
  lines: CommandLines,
): Finding {
  return finding('hash-differs', {
    what: `The members hold different data: their hashes at revision ${observation.hashRevision} are ${described(groups)}.`,
    ...remedy(groups, lines),
  });
}

function incomparableHashes(asked: readonly Hashed[]): Finding {
  const revisions = asked.map(({ view, compactRevision }) => `${view.label} ${compactRevision}`).join(', ');
  return finding('hash-unknown', {
    what: `The hashes of the members cannot be compared: they are compacted at different revisions (${revisions}).`,
    advice: 'Look again after a moment. If it stays, a member is behind.',
  });
}

/**
 * Members that have applied the same raft entries have the same revision. Only members that have applied nothing between the two looks are
 * compared: revision and index in a status are not of the same moment.
 */
function differentRevisions({ members }: ClusterView, lines: CommandLines): Finding[] {
  const quiet = members.flatMap((view) => {
    const { firstStatus: before, status: after } = view;
    const [revision, index] = [after?.header?.revision, after?.raftAppliedIndex];
    if (revision === undefined || index === undefined) return [];
    const isQuiet =
      before !== after && before?.header?.revision === revision && before.raftAppliedIndex === index;
    return isQuiet ? [{ view, revision, index }] : [];
  });
  const [[index, most = []] = [0n]] = grouped(quiet.map(({ view, index }) => [view, index]));
  const compared = quiet.filter(({ view }) => most.includes(view));
  const groups = grouped(compared.map(({ view, revision }) => [view, revision]));
  if (groups.length < 2) return [];
  return [
    finding('revision-differs', {
      what: `The members hold different data: they have applied the same raft entries, up to ${index}, and their revisions are ${described(groups)}.`,
      ...remedy(groups, lines),
    }),
  ];
}

type Group<Value> = readonly [value: Value, views: readonly MemberView[]];

/** The largest group first. */
function grouped<Value>(pairs: readonly (readonly [MemberView, Value])[]): Group<Value>[] {
  const groups = new Map<Value, MemberView[]>();
  for (const [view, value] of pairs) groups.set(value, [...(groups.get(value) ?? []), view]);
  return [...groups].toSorted(([, a], [, b]) => b.length - a.length);
}

/** `m1 and m2 4711, m3 815` */
function described(groups: readonly Group<number | bigint>[]): string {
  return groups.map(([value, views]) => `${listed(views.map(({ label }) => label))} ${value}`).join(', ');
}

/** What is done about members that do not belong to the largest group. */
function remedy(
  [[, most] = [0, []], [, next] = [0, []], ...others]: readonly Group<unknown>[],
  lines: CommandLines,
): Pick<Finding, 'advice' | 'commands'> & Partial<ReturnType<typeof at>> {
  const hasMajority = most.length > next.length;
  const odd = hasMajority ? [...next, ...others.flatMap(([, views]) => views)] : [];
  return {
    ...(odd.length === 1 && odd[0] !== undefined ? at(odd[0]) : {}),
    advice: hasMajority
      ? 'Save a snapshot of a member of the majority. Then stop the member that differs, and replace it:'
      : 'Find out which member is right before anything else; save a snapshot of each.',
    commands: odd.map(({ member }) => replaceCommand(member, lines)),
  };
}

/** Members whose hash was asked for and not got, for another reason than a lack of permissions. */
export const unknownHashes: Check = ({ members }, lines) =>
  members.flatMap((view) => {
    const trouble = troubleOf(view.answering[0]?.hash);
    if (trouble === undefined || trouble.kind === 'denied') return [];
    if (isEtcdError(trouble.cause, 'compacted')) {
      return [
        finding('hash-unknown', {
          ...at(view),
          what: 'Its data cannot be compared with that of a member that is behind: it has compacted the revision of that member.',
          advice: 'Look again when the other member has caught up.',
        }),
      ];
    }
    return [
      finding('hash-unknown', {
        ...at(view),
        what: `The hash of its data is not known: ${trouble.words}.`,
        advice:
          'A large database takes longer than this report may. Compare the hashes without its time limit:',
        commands: [lines.etcdctl('endpoint', 'hashkv', '--cluster', '--command-timeout=5m')],
      }),
    ];
  });
