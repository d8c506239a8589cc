import type { CommandContext } from '../../../cli/context.js';
import { refusalIn, refusedError } from '../../../client/maintenance/refusal.js';
import { CommandError, Failure } from '../../../model/errors.js';
import type { StatusResponse } from '../../../model/messages/maintenance.js';
import type { CallOptions, Client } from '../../../model/services.js';

/** A member that a snapshot can be taken from. */
export interface Candidate {
  readonly client: Client;
  readonly endpoint: string;
  /** `m2`, or the id in hexadecimal when the members cannot be listed. */
  readonly name: string;
  /** Why it is chosen, as the end of a sentence: `a healthy follower, …`. */
  readonly reason: string;
}

/** How long the members have for their answers. */
const ANSWER_TIMEOUT_MS = 3000;

interface Answer {
  readonly client: Client;
  readonly endpoint: string;
  readonly status: StatusResponse;
  /** Entries that the member has not applied, of those that any of them has in its log. */
  readonly lag: bigint;
}

/**
 * Asks all endpoints for their status. Returns the members in the order in which they should be asked for a snapshot: followers first,
 * as a snapshot takes time that the leader needs; those with an error or without a leader last; learners never. Among equals, the one
 * that is furthest. Rejects with a `CommandError` when no member can be asked.
 */
export async function pickMembers(context: CommandContext): Promise<readonly Candidate[]> {
  const endpoints = [...new Set(context.endpoints)];
  const answers = await Promise.all(endpoints.map((endpoint) => askStatus(endpoint, context)));
  const failures = answers.filter((answer) => 'failure' in answer);
  for (const { endpoint, failure } of failures) {
    const what = refusalIn(failure) === undefined ? 'does not answer' : 'refuses the user';
    context.notices.line(`${endpoint} ${what}: ${failure.message}`);
  }
  const members = withLag(answers.filter((answer) => 'client' in answer));
  const usable = members.filter(({ status }) => !status.isLearner).sort(byPreference);
  if (usable.length === 0) {
    const message = 'there is no member to take a snapshot from';
    const [refusal] = failures.flatMap(({ failure }) => refusalIn(failure) ?? []);
    if (refusal !== undefined) throw refusedError(message, refusal);
    throw new CommandError(message, {
      reasons: members.map(({ endpoint }) => `${endpoint} is a learner`),
    });
  }
  const names = await memberNames(usable[0]?.client, {
    signal: context.signal,
    maxTimeoutMs: ANSWER_TIMEOUT_MS,
  });
  return usable.map((member) => ({
    client: member.client,
    endpoint: member.endpoint,
    name: names.get(idOf(member)) || idOf(member).toString(16),
    reason: reasonFor(member),
  }));
}

async function askStatus(
  endpoint: string,
  { connect, signal }: CommandContext,
): Promise<Omit<Answer, 'lag'> | { readonly endpoint: string; readonly failure: Failure }> {
  try {
    const client = await connect([endpoint]);
    const status = await client.maintenance.status({}, { signal, maxTimeoutMs: ANSWER_TIMEOUT_MS });
    return { client, endpoint, status };
  } catch (failure) {
    signal.throwIfAborted();
    if (!(failure instanceof Failure)) throw failure;
    return { endpoint, failure };
  }
}

const idOf = ({ status }: Pick<Answer, 'status'>) => status.header?.memberId ?? 0n;
const isLeader = (member: Answer) => member.status.leader === idOf(member);

/** Each member once. */
function withLag(answers: readonly Omit<Answer, 'lag'>[]): Answer[] {
  const [newest = 0n] = answers.map(({ status }) => status.raftIndex).sort((a, b) => (a > b ? -1 : 1));
  const byId = new Map(answers.toReversed().map((answer) => [idOf(answer), answer]));
  return [...byId.values()]
    .reverse()
    .map((answer) => ({ ...answer, lag: newest - answer.status.raftAppliedIndex }));
}

/** A follower that is so many entries behind is not healthier than the leader. Members under load differ by some hundreds. */
const MAX_LAG = 1000n;

function rankOf(member: Answer): number {
  const { status, lag } = member;
  const isUnhealthy = status.errors.length > 0 || status.leader === 0n || lag > MAX_LAG;
  return (isUnhealthy ? 2 : 0) + (isLeader(member) ? 1 : 0);
}

function byPreference(a: Answer, b: Answer): number {
  return rankOf(a) - rankOf(b) || (a.lag < b.lag ? -1 : a.lag > b.lag ? 1 : 0);
}

function reasonFor(member: Answer): string {
  const { status, lag } = member;
  const role = isLeader(member) ? 'the leader' : 'a follower';
  const behind = lag === 0n ? 'with every entry applied' : `${lag} entries behind`;
  const troubles = [...(status.leader === 0n ? ['it knows no leader'] : []), ...status.errors];
  if (troubles.length > 0) return `${role}, ${behind}, although: ${troubles.join('; ')}`;
  if (isLeader(member)) return `${role}, ${behind}: no healthy follower is left`;
  return lag > MAX_LAG ? `${role}, ${behind}` : `a healthy follower, ${behind}`;
}

/** Member names by id, as the member knows them; empty when it does not list them. */
export async function memberNames(
  client: Client | undefined,
  call: CallOptions,
): Promise<ReadonlyMap<bigint, string>> {
  try {
    const list = await client?.cluster.memberList({ linearizable: false }, call);
    return new Map(list?.members.map(({ id, name }) => [id, name]));
  } catch (error) {
    if (error instanceof Failure) return new Map();
    throw error;
  }
}
