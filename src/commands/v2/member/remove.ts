import { onlyArgument } from '../../../cli/v2/arguments.js';
import type { V2CommandParent, V2Context } from '../../../cli/v2/command.js';
import { V2CallError, V2Failure } from '../../../model/v2/errors.js';
import type { V2Call, V2Member, V2MembersService } from '../../../model/v2/services.js';

export interface MemberRemoveOptions {
  /** Hexadecimal. */
  readonly id: string;
}

export function registerMemberRemove(parent: V2CommandParent, run = runMemberRemove): void {
  parent.command({
    name: 'remove',
    usage: '<memberID>',
    summary: 'Remove a member from the cluster',
    examples: ['etcdctl member remove 8211f1d0f64f3269'],
    flags: {},
    callFailure: 'plain',
    successor: 'etcdctl member remove',
    toOptions: (args): MemberRemoveOptions => ({ id: onlyArgument(args, 'Provide a single member ID') }),
    run,
  });
}

export async function runMemberRemove({ id }: MemberRemoveOptions, context: V2Context): Promise<void> {
  const { members } = await context.connect();
  const call = { signal: context.deadline() };
  requireMember(id, await listToVerify(members, call));
  await withFailurePrefix(() => members.remove(id, call), `Received an error trying to remove member ${id}:`);
  await context.emit({ kind: 'text', text: `Removed member ${id} from cluster\n` });
}

function listToVerify(members: V2MembersService, call: V2Call): Promise<readonly V2Member[]> {
  return withFailurePrefix(() => members.list(call), 'Error while verifying ID against known members:');
}

/** Throws a `V2Failure` when no member has the id. When a member has it as its name, the failure states the member's id. */
function requireMember(id: string, members: readonly V2Member[]): void {
  if (members.some((member) => member.id === id)) return;
  const reasons = members
    .filter(({ name }) => name === id)
    .map((member) => `${id} is the name of a member: its ID is ${member.id}`);
  throw new V2Failure(`Couldn't find a member in the cluster with an ID of ${id}.`, 'plain', { reasons });
}

async function withFailurePrefix<Value>(work: () => Promise<Value>, prefix: string): Promise<Value> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof V2CallError)) throw cause;
    throw new V2Failure(`${prefix} ${cause.message}`, 'plain', { cause, reasons: cause.reasons });
  }
}
