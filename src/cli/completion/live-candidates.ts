/** Candidates of completion that the cluster or the files of the user have. Loaded only for such a completion. */
import type { Member } from '../../model/messages/cluster.js';
import type { Client } from '../../model/services.js';
import { connect } from '../../transport/grpc/connect.js';
import type { Environment } from '../environment.js';
import type { CandidateKind, FlagTable } from '../flags.js';
import { GLOBAL_FLAGS, type GlobalFlagValues } from '../global-flags.js';
import { type GlobalOptions, resolveGlobals } from '../globals.js';
import type { ProcessContext } from '../process-context.js';
import { listProfiles, profileDirectory } from '../profile.js';
import { readSecret } from '../secret-file.js';
import { valueLayers } from '../value-layers.js';
import type { Candidate, CompletionRequest, LiveRequest } from './complete.js';

/** A person waits for the shell. */
const TIME_LIMIT_MS = 400;

/**
 * The candidates that begin with the typed word; none when they cannot be had in time, or only with a password that would have to be
 * typed. Never rejects and never writes.
 */
export async function liveCandidates(
  { live }: CompletionRequest,
  host: ProcessContext,
): Promise<readonly Candidate[]> {
  if (live === undefined) return [];
  const limit = AbortSignal.any([host.signal, AbortSignal.timeout(TIME_LIMIT_MS)]);
  const late = new Promise<never>((_resolve, reject) => {
    limit.addEventListener('abort', () => reject(limit.reason), { once: true });
  });
  try {
    return await Promise.race([late, candidatesOf(live, { ...host, signal: limit })]);
  } catch {
    return [];
  }
}

async function candidatesOf({ kind, typed, flags }: LiveRequest, host: ProcessContext): Promise<Candidate[]> {
  // In a list, the items before the last are kept.
  const before = kind === 'endpoint' ? typed.slice(0, typed.lastIndexOf(',') + 1) : '';
  const found = kind === 'profile' ? await profiles(host.env) : await fromCluster(kind, flags, host);
  return found
    .map(({ value, summary }) => ({ value: before + value, summary }))
    .filter(({ value }) => value.startsWith(typed));
}

async function profiles(env: Environment): Promise<Candidate[]> {
  const found = await listProfiles(profileDirectory(env), env.HOME ?? '');
  return found.map(({ name, endpoints, problem }) => ({
    value: name,
    summary: problem === undefined ? endpoints.join(',') : 'invalid',
  }));
}

async function fromCluster(
  kind: Exclude<CandidateKind, 'profile'>,
  flags: readonly string[],
  host: ProcessContext,
): Promise<Candidate[]> {
  const { env, signal } = host;
  const given = valuesOf(flags);
  const silent = () => undefined;
  const layers = await valueLayers({ debug: false, ...given }, env, silent);
  const globals = resolveGlobals(given, env, silent, { layers });
  const login = await credentials(globals, host);
  const client = await connect({ ...globals.connection, ...login, callTimeoutMs: TIME_LIMIT_MS }, signal);
  try {
    return await ASK[kind](client, signal);
  } finally {
    client.close();
  }
}

/** The global flags of the unfinished command line. @throws GoParseError */
function valuesOf(flags: readonly string[]): Partial<GlobalFlagValues> {
  const values: Record<string, unknown> = {};
  const table: FlagTable = GLOBAL_FLAGS;
  for (const flag of flags) {
    const [, name = '', text = ''] = /^--([^=]*)=(.*)$/s.exec(flag) ?? [];
    if (Object.hasOwn(table, name)) values[name] = table[name]?.kind.parse(text, values[name]);
  }
  return values;
}

/** @throws Error when the password is not at hand */
async function credentials(
  { user, connection }: GlobalOptions,
  host: ProcessContext,
): Promise<Pick<GlobalOptions['connection'], 'credentials'>> {
  if (user === undefined || ('password' in user && user.password !== undefined)) return connection;
  const file = 'userFile' in user ? user.userFile : 'passwordFile' in user ? user.passwordFile : '-';
  if (file === '-') throw new Error('no password without a question');
  const openScreen = () => undefined;
  const secret = await readSecret({ flag: '', file }, { ...host, openScreen });
  const [username, password] = 'username' in user ? [user.username, secret] : secret.split(/:(.*)/s, 2);
  return { credentials: { kind: 'password', username: username ?? '', password: password ?? '' } };
}

type Ask = (client: Client, signal: AbortSignal) => Promise<Candidate[]>;

const ASK: Readonly<Record<Exclude<CandidateKind, 'profile'>, Ask>> = {
  endpoint: async (client, signal) =>
    (await members(client, signal)).flatMap(({ name, clientUrls }) =>
      clientUrls.map((value) => ({ value, summary: name })),
    ),
  member: async (client, signal) =>
    (await members(client, signal)).map(({ id, name, peerUrls }) => ({
      value: id.toString(16),
      summary: name || `unstarted, ${peerUrls.join(',')}`,
    })),
  user: async ({ auth }, signal) => named((await auth.userList({}, { signal })).users),
  role: async ({ auth }, signal) => named((await auth.roleList({}, { signal })).roles),
};

/** Also without a leader: what one member knows is good enough for this. */
async function members({ cluster }: Client, signal: AbortSignal): Promise<readonly Member[]> {
  return (await cluster.memberList({ linearizable: false }, { signal })).members;
}

function named(names: readonly string[]): Candidate[] {
  return names.map((value) => ({ value, summary: '' }));
}
