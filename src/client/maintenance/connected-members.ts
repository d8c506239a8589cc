import { CommandError, ConnectionError, Failure, ServerError } from '../../model/errors.js';
import type { Member } from '../../model/messages/cluster.js';
import type { Client } from '../../model/services.js';
import { isRefusedByLearner, refusalIn, refusedError } from './refusal.js';

/** A member with a client that connects to it and to no other. */
export interface ConnectedMember extends Member {
  /** The endpoint that was given, or its first client URL. Empty for a member that has not started. */
  readonly endpoint: string;
  /** That endpoint, or all its client URLs. */
  readonly endpoints: readonly string[];
  /** Or why there is none: it has not started and therefore has no client URL, or the login failed. */
  readonly client: Client | { readonly problem: string };
}

export function hasClient<Member extends ConnectedMember>(
  member: Member,
): member is Member & { client: Client } {
  return !('problem' in member.client);
}

export interface ConnectedCluster {
  /** All members, in the order of the member list. */
  readonly members: readonly ConnectedMember[];
  /** The members behind the endpoints, or all of them. */
  readonly scope: readonly ConnectedMember[];
}

/** What work on a cluster needs of a command's context. */
export interface ClusterContext {
  readonly endpoints: readonly string[];
  connect(
    endpoints?: readonly string[],
    options?: { readonly callTimeoutMs?: number; readonly loginEndpoints?: readonly string[] },
  ): Promise<Client>;
  readonly signal: AbortSignal;
}

export interface ConnectOptions {
  /** The given endpoints only tell the cluster, and all members are in scope. */
  readonly wholeCluster: boolean;
  /** What a failure means, such as `nothing was defragmented`: the beginning of its message. */
  readonly consequence: string;
}

/**
 * Connects to every member of the cluster of the endpoints: over the given endpoint that leads to it, or over its client URLs. Two
 * endpoints of one member count once. Rejects with a `CommandError` when a given endpoint does not answer or is not of this cluster, or
 * when the members cannot be listed.
 */
export async function connectMembers(
  context: ClusterContext,
  { wholeCluster, consequence }: ConnectOptions,
): Promise<ConnectedCluster> {
  const given = wholeCluster ? [] : await identifyEndpoints(context, consequence);
  const { clusterId, members } = await listMembers(context, consequence);
  const strangers = given.filter(
    (endpoint) => endpoint.clusterId !== clusterId || members.every(({ id }) => id !== endpoint.memberId),
  );
  if (strangers.length > 0) {
    throw new CommandError(`${consequence}, because an endpoint is not a member of the cluster`, {
      reasons: strangers.map(({ endpoint }) => `${endpoint} is not a member of the cluster`),
    });
  }
  const connected = await Promise.all(members.map((member) => connectTo(member, given, context)));
  const isInScope = ({ id }: ConnectedMember) =>
    wholeCluster || given.some(({ memberId }) => memberId === id);
  return { members: connected, scope: connected.filter(isInScope) };
}

async function listMembers(
  context: ClusterContext,
  consequence: string,
): Promise<{ readonly clusterId: bigint | undefined; readonly members: readonly Member[] }> {
  const { signal } = context;
  const { cluster, maintenance } = await context.connect();
  const mayAsk = maintenance.status({}, { signal }).catch(refusalIn);
  try {
    const { header, members } = await cluster.memberList({ linearizable: true }, { signal });
    const refusal = await mayAsk;
    if (refusal instanceof ServerError) {
      throw refusedError(`${consequence}, because the cluster refuses the user: ${refusal.message}`, refusal);
    }
    return { clusterId: header?.clusterId, members };
  } catch (cause) {
    if (!(cause instanceof ServerError)) throw cause;
    const { message, reasons } = cause;
    throw new CommandError(`${consequence}, because the members cannot be listed: ${message}`, {
      cause,
      reasons,
    });
  }
}

interface IdentifiedEndpoint {
  readonly endpoint: string;
  readonly memberId: bigint;
  readonly clusterId: bigint;
  readonly client: Client;
}

/** Asks each endpoint which member it is. */
async function identifyEndpoints(
  context: ClusterContext,
  consequence: string,
): Promise<IdentifiedEndpoint[]> {
  const answers = await Promise.all(
    [...new Set(context.endpoints)].map((endpoint) => identifyEndpoint(endpoint, context)),
  );
  const failures = answers.filter((answer) => 'failure' in answer);
  const reasons = [...new Set(failures.flatMap((failure) => failure.reasons))];
  const [refusal] = failures.flatMap(({ failure }) => refusalIn(failure) ?? []);
  if (refusal !== undefined) {
    throw refusedError(`${consequence}, because an endpoint refuses the user`, refusal, reasons);
  }
  if (failures.length > 0) {
    throw new CommandError(`${consequence}, because an endpoint does not answer`, { reasons });
  }
  return answers.filter((answer) => 'client' in answer);
}

async function identifyEndpoint(
  endpoint: string,
  context: ClusterContext,
): Promise<IdentifiedEndpoint | { readonly failure: Failure; readonly reasons: readonly string[] }> {
  try {
    const client = await connectToOne([endpoint], context);
    const { header } = await client.maintenance.status({}, { signal: context.signal });
    const { memberId = 0n, clusterId = 0n } = header ?? {};
    return { endpoint, memberId, clusterId, client };
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    const what = refusalIn(failure) === undefined ? 'does not answer' : 'refuses the user';
    return { failure, reasons: [...failure.reasons, `${endpoint} ${what}: ${failure.message}`] };
  }
}

function connectTo(
  member: Member,
  given: readonly IdentifiedEndpoint[],
  context: ClusterContext,
): Promise<ConnectedMember> | ConnectedMember {
  const known = given.find(({ memberId }) => memberId === member.id);
  if (known === undefined) return connectMember(member, context);
  const { endpoint, client } = known;
  return { ...member, endpoint, endpoints: [endpoint], client };
}

/**
 * A client of one member. If that is a learner, which refuses logins, its client logs in at the endpoints of the context: a token is valid
 * for all members.
 */
export async function connectToOne(
  endpoints: readonly string[],
  context: Pick<ClusterContext, 'connect' | 'endpoints'>,
): Promise<Client> {
  try {
    return await context.connect(endpoints);
  } catch (error) {
    if (!isRefusedByLearner(error)) throw error;
    return context.connect(endpoints, { loginEndpoints: context.endpoints });
  }
}

/** Connects over the client URLs of the member. */
export async function connectMember(
  member: Member,
  context: Pick<ClusterContext, 'connect' | 'endpoints'>,
): Promise<ConnectedMember> {
  const { clientUrls } = member;
  const client = await clientFor(clientUrls, context);
  return { ...member, endpoint: clientUrls[0] ?? '', endpoints: clientUrls, client };
}

async function clientFor(
  clientUrls: readonly string[],
  context: Pick<ClusterContext, 'connect' | 'endpoints'>,
): Promise<ConnectedMember['client']> {
  if (clientUrls.length === 0) return { problem: 'has not started' };
  try {
    return await connectToOne(clientUrls, context);
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    return { problem: error.message };
  }
}

/** A member as messages name it: `m2 (https://10.0.0.2:2379)`. */
export function memberLabel({
  id,
  name,
  endpoint,
}: Pick<ConnectedMember, 'id' | 'name' | 'endpoint'>): string {
  return `${name || id.toString(16)}${endpoint === '' ? '' : ` (${endpoint})`}`;
}
