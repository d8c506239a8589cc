import type { Member } from '../../../model/messages/cluster.js';
import type { StatusResponse } from '../../../model/messages/maintenance.js';
import { isSameAddress } from './endpoint-address.js';
import { answered, type Observation, type Place } from './observation.js';

/** A member, and the addresses that are its own. */
export interface MemberView {
  readonly member: Member;
  /** Its name; its id in hexadecimal when it has none. */
  readonly label: string;
  /** False when no list of members could be read: then only its id is known. */
  readonly isListed: boolean;
  /** The addresses at which it has answered; the first is the one that was asked everything. */
  readonly answering: readonly Place[];
  /** Its client URLs that were asked and have not answered. */
  readonly silent: readonly Place[];
  /** Its latest status, and an earlier one. */
  readonly status: StatusResponse | undefined;
  readonly firstStatus: StatusResponse | undefined;
}

/** The cluster that most addresses belong to, as the observation shows it. */
export interface ClusterView {
  readonly observation: Observation;
  /** `undefined`: nothing has answered. */
  readonly clusterId: bigint | undefined;
  /** False: no member has told its list. */
  readonly isListKnown: boolean;
  readonly members: readonly MemberView[];
  /** The addresses that have answered for this cluster. */
  readonly answering: readonly Place[];
  /** Addresses that have answered, and belong to another cluster. */
  readonly elsewhere: readonly Place[];
  /** Addresses that have not answered. */
  readonly silent: readonly Place[];
  /** The leader that the members know, those with the highest term first. */
  readonly leaderId: bigint | undefined;
}

export function viewOf(observation: Observation): ClusterView {
  const { places } = observation;
  const clusterId = mostCommon(places.flatMap((place) => headerOf(place)?.clusterId ?? []));
  const isHere = (place: Place) => headerOf(place)?.clusterId === clusterId;
  const answering = places.filter((place) => clusterId !== undefined && isHere(place));
  const silent = places.filter((place) => headerOf(place) === undefined);
  const list = membersOf(answering);
  return {
    observation,
    clusterId,
    isListKnown: list !== undefined,
    members: (list ?? namelessMembers(answering))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map((member) => toMemberView(member, { isListed: list !== undefined, answering, silent })),
    answering,
    elsewhere: places.filter((place) => headerOf(place) !== undefined && !isHere(place)),
    silent,
    leaderId: leaderOf(answering),
  };
}

export function headerOf({ status }: Place) {
  return answered(status)?.header;
}

/** The voters of the cluster, of which a majority decides. */
export function votersOf({ members }: ClusterView): MemberView[] {
  return members.filter(({ member }) => !member.isLearner);
}

function toMemberView(
  member: Member,
  { isListed, answering, silent }: Pick<MemberView, 'isListed' | 'answering' | 'silent'>,
): MemberView {
  const own = answering.filter((place) => headerOf(place)?.memberId === member.id);
  const firstStatus = answered(own[0]?.status);
  return {
    member,
    label: member.name || member.id.toString(16),
    isListed,
    answering: own,
    silent: silent.filter(({ endpoint }) => member.clientUrls.some((url) => isSameAddress(url, endpoint))),
    status: answered(own[0]?.lastStatus) ?? firstStatus,
    firstStatus,
  };
}

/** The list of the member with the highest applied index: the newest one. */
function membersOf(answering: readonly Place[]): readonly Member[] | undefined {
  const lists = answering.flatMap((place) => {
    const members = answered(place.members)?.members;
    return members === undefined ? [] : [{ members, index: answered(place.status)?.raftAppliedIndex ?? 0n }];
  });
  const newest = lists.toSorted((a, b) => (a.index === b.index ? 0 : a.index > b.index ? -1 : 1))[0];
  return newest?.members;
}

function namelessMembers(answering: readonly Place[]): Member[] {
  const ids = new Set(answering.flatMap((place) => headerOf(place)?.memberId ?? []));
  return [...ids].map((id) => {
    const isLearner = answering.some(
      (place) => headerOf(place)?.memberId === id && answered(place.status)?.isLearner === true,
    );
    return { id, name: '', peerUrls: [], clientUrls: [], isLearner };
  });
}

function leaderOf(answering: readonly Place[]): bigint | undefined {
  const known = answering
    .flatMap((place) => answered(place.lastStatus) ?? answered(place.status) ?? [])
    .filter(({ leader }) => leader !== 0n);
  const newest = known.toSorted((a, b) => Number(b.raftTerm - a.raftTerm))[0];
  return newest?.leader;
}

function mostCommon(ids: readonly bigint[]): bigint | undefined {
  const counts = new Map<bigint, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  const [first] = [...counts].toSorted(([, a], [, b]) => b - a);
  return first?.[0];
}
