import { rejectArguments } from '../../../cli/v2/arguments.js';
import type { V2CommandParent, V2Context } from '../../../cli/v2/command.js';
import { V2CallError, V2Failure } from '../../../model/v2/errors.js';
import type { V2Call, V2Member, V2MembersService } from '../../../model/v2/services.js';

export type MemberListOptions = Record<string, never>;

export function registerMemberList(parent: V2CommandParent, run = runMemberList): void {
  parent.command({
    name: 'list',
    summary: 'List the members of the cluster',
    flags: {},
    callFailure: 'plain',
    successor: 'etcdctl member list',
    toOptions(args): MemberListOptions {
      rejectArguments(args);
      return {};
    },
    run,
  });
}

export async function runMemberList(_options: MemberListOptions, context: V2Context): Promise<void> {
  const { members } = await context.connect();
  const call = { signal: context.deadline() };
  const listed = await members.list(call);
  const leader = await leaderOf(members, call);
  const lines = listed.map((member) => memberLine(member, member.id === leader.id));
  await context.emit({ kind: 'text', text: lines.join('') });
}

async function leaderOf(members: V2MembersService, call: V2Call): Promise<V2Member> {
  try {
    return await members.leader(call);
  } catch (cause) {
    if (!(cause instanceof V2CallError)) throw cause;
    const { message, reasons } = cause;
    throw new V2Failure(`Failed to get leader:  ${message}`, 'plain', { cause, reasons });
  }
}

function memberLine({ id, name, peerUrls, clientUrls }: V2Member, isLeader: boolean): string {
  const peers = `peerURLs=${peerUrls.join(',')}`;
  if (name === '') return `${id}[unstarted]: ${peers}\n`;
  return `${id}: name=${name} ${peers} clientURLs=${clientUrls.join(',')} isLeader=${isLeader}\n`;
}
