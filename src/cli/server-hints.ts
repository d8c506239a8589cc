/** Says what to do about errors of the server. Loaded only after such an error. */
import { ServerError } from '../model/errors.js';
import type { Client } from '../model/services.js';
import { NO_RESPONSE_IN_TIME } from '../transport/grpc/settings.js';

export interface FailedCommand {
  readonly endpoints: readonly string[];
  /** Of `--user`. */
  readonly username: string | undefined;
  readonly signal: AbortSignal;
  /** Opens a client for one endpoint, without credentials. */
  readonly open: (endpoint: string) => Promise<Client>;
}

/** Sentences to print above the final line of the error; none when the message says it all. Never rejects. */
export async function serverHints(error: unknown, command: FailedCommand): Promise<string[]> {
  const failure = error instanceof ServerError ? error : (error as Partial<Error>).cause;
  if (!(failure instanceof ServerError)) return [];
  const notGrpc = NOT_GRPC.exec(failure.message);
  if (notGrpc !== null) return [describeAnswer(notGrpc[1])];
  const name = ETCD_ERROR.exec(failure.message)?.[1];
  if (isWithoutLeader(failure, name)) return describeCluster(command);
  const hint = name === undefined ? undefined : HINTS[name];
  return hint === undefined ? [] : [hint(command)];
}

const ETCD_ERROR = /^etcdserver: (.*)$/;

/** The response has an HTTP status or a content type that is not gRPC's. */
const NOT_GRPC = / desc = (?:unexpected HTTP status code received from server: (\d+)|malformed header: )/;

const NOT_ETCD =
  "the answer is not that of etcd's client port: it may come from its metrics port, from a proxy or from another web server: check host and port";

/** @param status of HTTP, if the answer has one */
function describeAnswer(status: string | undefined): string {
  return status !== undefined && ['502', '503', '504'].includes(status)
    ? `a proxy answered, not etcd (HTTP ${status}): it has no connection to a server behind it`
    : NOT_ETCD;
}

type Hint = (command: FailedCommand) => string;

/** By etcd's message (api/v3/v3rpc/rpctypes/error.go). */
const HINTS: Readonly<Record<string, Hint>> = {
  'user name is empty': () => 'the server requires a login: give --user NAME',
  'authentication failed, invalid user ID or password': () =>
    'the server knows no such user, or the password is wrong: check --user and --password',
  'invalid auth token': () =>
    'the server does not know the token, or it has expired: give --user, or a new --auth-jwt-token',
  'permission denied': ({ username }) =>
    username === undefined
      ? 'the user of the token or certificate lacks a role for this: see etcdctl user get and role get'
      : `user ${username} lacks a role for this: see etcdctl user get ${username}, role get and role grant-permission`,
  'mvcc: required revision has been compacted': () =>
    'the revision is older than the latest compaction: give a newer one, or none',
  'mvcc: required revision is a future revision': () =>
    'the member has not reached this revision: give an older one, or none',
  'mvcc: database space exceeded': () =>
    'the database has reached its quota (--quota-backend-bytes of the server): run etcdctl alarm recover',
  'request is too large': () =>
    'the server accepts requests up to its --max-request-bytes (1.5 MiB by default): send less at once, or raise it there',
  'too many operations in txn request': () =>
    'the server accepts transactions up to its --max-txn-ops (128 operations by default): split it, or raise it there',
  'too many requests': () => 'the member has more to do than it can: try again later',
  'corrupt cluster': () => 'the members hold different data: see etcdctl alarm list and endpoint hashkv',
};

/** How the reason of an endpoint ends that is connected: the server ends a call with RST_STREAM at its deadline. */
const UNANSWERED: readonly string[] = [NO_RESPONSE_IN_TIME, 'RST_STREAM with error code: CANCEL'];

const LEADER_ERRORS: readonly string[] = [
  'no leader',
  'request timed out',
  'request timed out, possibly due to previous leader failure',
  'request timed out, possibly due to connection lost',
];

function isWithoutLeader(error: ServerError, name: string | undefined): boolean {
  if (name !== undefined) return LEADER_ERRORS.includes(name);
  if (error.code !== 'DeadlineExceeded') return false;
  // The server has a time limit of its own for what needs a leader.
  if (error.message === error.status) return true;
  return error.reasons.some((reason) => UNANSWERED.some((end) => reason.endsWith(end)));
}

const STATUS_TIMEOUT_MS = 500;

/** What the members answer about their leader. */
async function describeCluster({ endpoints, open, signal }: FailedCommand): Promise<string[]> {
  const leaders = await Promise.all(endpoints.map((endpoint) => leaderAt(endpoint, { open, signal })));
  const answering = leaders.filter((leader) => leader !== undefined);
  if (answering.length === 0) return [];
  const [noun, verb] = [
    endpoints.length === 1 ? 'endpoint' : 'endpoints',
    answering.length === 1 ? 'answers' : 'answer',
  ];
  const answers = `${answering.length} of ${endpoints.length} ${noun} ${verb}`;
  return answering.some((leader) => leader !== 0n)
    ? [`${answers}, and a leader is known: the cluster may be overloaded, or its leader unreachable`]
    : [`${answers}, and no leader is known: start more members, a majority must run and reach each other`];
}

/** The ID of the leader that this member knows; 0: none; `undefined`: the member does not answer. */
async function leaderAt(
  endpoint: string,
  { open, signal }: Pick<FailedCommand, 'open' | 'signal'>,
): Promise<bigint | undefined> {
  let client: Client | undefined;
  try {
    client = await open(endpoint);
    const { leader } = await client.maintenance.status({}, { signal, timeoutMs: STATUS_TIMEOUT_MS });
    return leader;
  } catch {
    return undefined;
  } finally {
    client?.close();
  }
}
