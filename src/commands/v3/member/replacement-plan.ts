/** How far the replacement of a member has come, from the list of members alone: a second run goes on from there. */
import { CommandError } from '../../../model/errors.js';
import type { Member } from '../../../model/messages/cluster.js';
import type { MemberReplaceOptions } from './replace.js';

export interface Progress {
  /** `undefined`: it has been removed. */
  readonly old: Member | undefined;
  /** The new member: `undefined` until it is added. */
  readonly added: Member | undefined;
  /**
   * Whether `old` can be the promoted replacement as well: it was asked for by a name that the new member gets too, and has exactly the
   * peer URLs of the new one. An id cannot be that of another member.
   */
  readonly isOldPerhapsNew: boolean;
}

type Request = Pick<MemberReplaceOptions, 'old' | 'peerUrls' | 'name'>;

/** Rejects with a `CommandError` when the request does not fit the members. */
export function progressOf(request: Request, members: readonly Member[]): Progress {
  const old = findOld(request, members);
  const added = findAdded(request.peerUrls, members, old);
  if (old === undefined && added === undefined) throw unknownMember(request, members);
  if (old !== undefined) checkOld(old, members);
  if (old !== undefined && added !== undefined && !added.isLearner)
    checkPromoted(added, old, request, members);
  const otherLearner = members.find(({ id, isLearner }) => isLearner && id !== added?.id && id !== old?.id);
  if (added === undefined && otherLearner !== undefined) {
    throw refusal(`${nameOf(otherLearner)} is a learner already: promote or remove it first`);
  }
  return { old, added, isOldPerhapsNew: old !== undefined && isPerhapsNew(old, request) };
}

/** The name that the new member has, or is to be started with; `others` are the members beside it. */
export function newNameOf(
  { old, name }: Pick<Request, 'old' | 'name'>,
  progress: Progress,
  others: readonly Member[],
): string {
  if (progress.added !== undefined && progress.added.name !== '') return progress.added.name;
  if (name === undefined && progress.old === undefined && idIn(old) !== undefined) {
    throw refusal(
      `${old} is removed, and its name is not known: give the name of the new member with --name`,
    );
  }
  if (name === undefined) return freeName(progress.old?.name || old, others);
  if (others.some((member) => member.name === name)) throw refusal(`there is a member ${name} already`);
  return name;
}

/** A member as the user can name it in a command. */
export function nameOf({ id, name }: Pick<Member, 'id' | 'name'>): string {
  return name || id.toString(16);
}

/** Never the learner with the new peer URLs: after the removal of a dead member, the new one can have its name. */
function findOld(
  { old: nameOrId, peerUrls }: Pick<Request, 'old' | 'peerUrls'>,
  members: readonly Member[],
): Member | undefined {
  const wanted = idIn(nameOrId);
  const matching = members.filter((member) => {
    if (member.id === wanted) return true;
    return member.name === nameOrId && !(member.isLearner && hasExactly(peerUrls, member));
  });
  if (matching.length < 2) return matching[0];
  const ids = matching.map(({ id }) => id.toString(16)).join(', ');
  throw refusal(`several members are named ${nameOrId}: give the ID of one of them (${ids})`);
}

function idIn(nameOrId: string): bigint | undefined {
  return /^[0-9a-f]{1,16}$/i.test(nameOrId) ? BigInt(`0x${nameOrId}`) : undefined;
}

function isPerhapsNew(old: Member, request: Request): boolean {
  if (old.id === idIn(request.old) || !hasExactly(request.peerUrls, old)) return false;
  return request.name === undefined || request.name === old.name;
}

function hasExactly(peerUrls: readonly string[], member: Member): boolean {
  return member.peerUrls.length === peerUrls.length && member.peerUrls.every((url) => peerUrls.includes(url));
}

/** The member with exactly these peer URLs. The old one can have them too: its machine was set up anew. */
function findAdded(
  peerUrls: readonly string[],
  members: readonly Member[],
  old: Member | undefined,
): Member | undefined {
  const others = members.filter((member) => member !== old);
  const added = others.find((member) => hasExactly(peerUrls, member));
  if (added !== undefined) return added;
  for (const member of others) {
    const url = member.peerUrls.find((each) => peerUrls.includes(each));
    if (url !== undefined) throw refusal(`the peer URL ${url} is that of ${nameOf(member)}`);
  }
  return undefined;
}

function unknownMember({ old, peerUrls, name }: Request, members: readonly Member[]): CommandError {
  const known = members.map(nameOf).join(', ');
  const again = `etcdctl member add ${name ?? 'NAME'} --learner --peer-urls=${peerUrls.join(',')}`;
  return refusal(`there is no member ${old}, and none with these peer URLs`, [
    `the members are ${known}`,
    `if ${old} has been removed already, add the new member with \`${again}\` and run this command again`,
  ]);
}

function checkOld(old: Member, members: readonly Member[]): void {
  if (old.isLearner) throw refusal(`${nameOf(old)} is a learner: remove it and add another one`);
  const voters = members.filter(({ isLearner }) => !isLearner);
  if (voters.length < 2) throw refusal(`${nameOf(old)} is the only voting member: add a second one first`);
}

/**
 * A voting member with the new peer URLs is the promoted replacement only if it has the name that was given to it. Otherwise the URLs are
 * perhaps those of another member, typed by mistake, and the old one must not be removed.
 */
function checkPromoted(added: Member, old: Member, { name }: Request, members: readonly Member[]): void {
  const others = members.filter((member) => member !== added);
  if (added.name === (name ?? freeName(old.name, others))) return;
  const reason = `if it is the replacement of ${nameOf(old)}, give --name=${added.name}`;
  throw refusal(`these peer URLs are those of ${added.name}, a voting member`, [reason]);
}

/** Two members of one name cannot both be in `--initial-cluster`: `m3-2` for a second m3. */
function freeName(name: string, members: readonly Member[]): string {
  const taken = members.map((each) => each.name);
  if (!taken.includes(name)) return name;
  for (let number = 2; ; number++) {
    const candidate = `${name}-${number}`;
    if (!taken.includes(candidate)) return candidate;
  }
}

function refusal(message: string, reasons: readonly string[] = []): CommandError {
  return new CommandError(message, { reasons });
}
