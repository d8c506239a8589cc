import type { CommandContext } from '../../../cli/context.js';
import { sleep } from '../../../model/abort-signal.js';
import { isEtcdError } from '../../../model/errors.js';
import { HEALTH_PROBE_KEY } from '../../../model/key-range.js';
import type { HashKvResponse, StatusResponse } from '../../../model/messages/maintenance.js';
import type { CallOptions, Client } from '../../../model/services.js';
import { monotonicMs } from '../../../runtime/monotonic-clock.js';
import { ask, callWithin } from './answer.js';
import { viewOf } from './cluster-view.js';
import { isSameAddress } from './endpoint-address.js';
import { lookAtPlace, type OpenPlace } from './look-at-place.js';
import { type Answer, answered, type Observation, type Place, troubleOf } from './observation.js';

/** When each step ends at the latest, in milliseconds from the start. The command ends soon after the last. */
const ENDS_MS = { places: 4_500, hashes: 7_000, lastStatus: 7_800 } as const;

/** For all questions to one address. */
const PLACE_LIMIT_MS = 3_500;
const READ_LIMIT_MS = 2_300;
const READS = 3;

/** How long members may be behind, and how often they are asked. */
const PATIENCE_MS = 1000;
const PAUSE_MS = 100;

/** The client URLs of members that are asked besides the given endpoints; a list that is longer comes from no real cluster. */
const MAX_PLACES = 100;

/** Asks the cluster everything, within eight seconds. Reads only; nothing that is proposed to the members. */
export async function observe(context: CommandContext): Promise<Observation> {
  const startedAtMs = Date.now();
  const time = new Schedule();
  const { inspector } = context;
  const [open, certificates, disks] = await Promise.all([
    lookEverywhere(context, time),
    inspector.clientCertificates(),
    inspector.localDisks(),
  ]);
  const places = open.map(({ place }) => place);
  const { members } = viewOf({ startedAtMs, places, certificates, disks });
  const voters = members.flatMap(({ member, status }) => (status?.isLearner ? [] : [member.id]));
  const asked = oncePerMember(open, voters);
  const revision = hashRevisionOf(asked);
  const later = await Promise.all(asked.map((each) => askFurther(each, { revision, context, time })));
  const present = isRetakeUseful(later) ? await askPresentHashes(asked, { context, time }) : undefined;
  const lastStatuses = await askLastStatuses(asked, { context, time });
  const looked = places.map((place) => {
    const index = asked.findIndex((each) => each.place === place);
    const lastStatus = lastStatuses[index];
    const hash = present?.answers[index];
    return { ...place, ...later[index], ...(hash && { hash }), ...(lastStatus && { lastStatus }) };
  });
  return { startedAtMs, places: looked, hashRevision: present?.revision ?? revision, certificates, disks };
}

class Schedule {
  readonly #beganMs = monotonicMs();

  leftMs(step: keyof typeof ENDS_MS): number {
    return Math.max(1, ENDS_MS[step] - (monotonicMs() - this.#beganMs));
  }
}

/** The given endpoints, and as soon as a list of members arrives, their client URLs. */
async function lookEverywhere(context: CommandContext, time: Schedule): Promise<OpenPlace[]> {
  const looks: { readonly endpoint: string; readonly look: Promise<OpenPlace> }[] = [];
  const begin = (endpoint: string, timesGiven: number) => {
    if (looks.length >= MAX_PLACES) return;
    if (timesGiven === 0 && looks.some((other) => isSameAddress(other.endpoint, endpoint))) return;
    const limitMs = Math.min(PLACE_LIMIT_MS, time.leftMs('places'));
    const look = lookAtPlace(endpoint, timesGiven, { context, limitMs }).then((open) => {
      const listed = answered(open.place.members)?.members ?? [];
      for (const url of listed.flatMap(({ clientUrls }) => clientUrls)) begin(url, 0);
      return open;
    });
    looks.push({ endpoint, look });
  };
  for (const [endpoint, times] of countEach(context.endpoints)) begin(endpoint, times);
  for (let waitedFor = 0; waitedFor < looks.length; ) {
    waitedFor = looks.length;
    await Promise.all(looks.map(({ look }) => look));
  }
  return Promise.all(looks.map(({ look }) => look));
}

function countEach(endpoints: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const endpoint of endpoints) counts.set(endpoint, (counts.get(endpoint) ?? 0) + 1);
  return counts;
}

interface AskedMember {
  readonly place: Place;
  readonly client: Client;
  /** Only the data of voting members is compared: learners refuse it, and a server that was removed has old data. */
  readonly isHashed: boolean;
}

/** The addresses for the further questions: one for each member that has answered, a given one if possible. */
function oncePerMember(open: readonly OpenPlace[], voters: readonly bigint[]): AskedMember[] {
  const asked = new Map<string, AskedMember>();
  for (const { place, client } of open) {
    const header = answered(place.status)?.header;
    if (header === undefined || client === undefined) continue;
    const key = `${header.clusterId} ${header.memberId}`;
    if (!asked.has(key)) asked.set(key, { place, client, isHashed: voters.includes(header.memberId) });
  }
  return [...asked.values()];
}

/** The newest revision that every member has. */
function hashRevisionOf(asked: readonly AskedMember[]): bigint | undefined {
  const revisions = asked.flatMap(({ place, isHashed }) =>
    isHashed ? [answered(place.status)?.header?.revision ?? 0n] : [],
  );
  return revisions.toSorted((a, b) => (a < b ? -1 : 1))[0];
}

interface Further {
  readonly revision: bigint | undefined;
  readonly context: CommandContext;
  readonly time: Schedule;
}

/** The hash and the reads. Learners refuse them. */
async function askFurther(
  { place, client, isHashed }: AskedMember,
  { revision, context, time }: Further,
): Promise<Pick<Place, 'hash' | 'reads'>> {
  if (answered(place.status)?.isLearner) return {};
  const [hash, reads] = await Promise.all([
    isHashed ? askHash(client, { revision, context, time }) : undefined,
    askReads(client, { context, time }),
  ]);
  return { ...(hash && { hash }), reads };
}

function askHash(client: Client, { revision = 0n, context, time }: Further): Promise<Answer<HashKvResponse>> {
  const limitMs = time.leftMs('hashes');
  return ask((signal) => client.maintenance.hashKV({ revision }, callWithin(limitMs, signal)), {
    limitMs,
    outer: context.signal,
  });
}

/**
 * Whether hashes at the present revisions may be comparable where those at the asked one are not. When that revision was compacted, a member
 * answers with the hash that it took at that compaction, and after a restart with a new one; etcd 3.4 refuses to take one.
 */
function isRetakeUseful(further: readonly Pick<Place, 'hash'>[]): boolean {
  const answers = further.flatMap(({ hash }) => hash ?? []);
  const revisions = new Set(answers.flatMap((answer) => answered(answer)?.compactRevision ?? []));
  return revisions.size > 1 || answers.some((answer) => isEtcdError(troubleOf(answer)?.cause, 'compacted'));
}

/** The hashes of all data that the members have, and their common revision; `undefined`: they have none, or a hash is missing. */
async function askPresentHashes(
  asked: readonly AskedMember[],
  further: Pick<Further, 'context' | 'time'>,
): Promise<
  { readonly answers: readonly (Answer<HashKvResponse> | undefined)[]; readonly revision: bigint } | undefined
> {
  const answers = await Promise.all(
    asked.map(({ client, isHashed }) =>
      isHashed ? askHash(client, { ...further, revision: 0n }) : undefined,
    ),
  );
  const revisions = new Set(
    answers.flatMap((answer) => (answer ? [answered(answer)?.header?.revision] : [])),
  );
  const [revision] = revisions;
  return revisions.size === 1 && revision !== undefined ? { answers, revision } : undefined;
}

/** Again for up to a second, while a member has not applied what any had in its log before. */
async function askLastStatuses(
  asked: readonly AskedMember[],
  { context: { signal: outer }, time }: Pick<Further, 'context' | 'time'>,
): Promise<readonly Answer<StatusResponse>[]> {
  const began = monotonicMs();
  for (;;) {
    const limitMs = time.leftMs('lastStatus');
    const statuses = await Promise.all(
      asked.map(({ client }) =>
        ask((signal) => client.maintenance.status({}, { signal, timeoutMs: limitMs }), { limitMs, outer }),
      ),
    );
    const isBehind = asked.some(({ place }, index) => {
      const applied = answered(statuses[index])?.raftAppliedIndex;
      return applied !== undefined && asked.some((other) => applied < indexIn(other.place, place));
    });
    if (!isBehind || monotonicMs() - began > PATIENCE_MS) return statuses;
    await sleep(PAUSE_MS, outer);
  }
}

/** The index that the first status has, if both are of one cluster. */
function indexIn({ status }: Place, other: Place): bigint {
  const { header, raftIndex = 0n } = answered(status) ?? {};
  return header?.clusterId === answered(other.status)?.header?.clusterId ? raftIndex : 0n;
}

/** One after another; ends with the first that fails. */
async function askReads(
  client: Client,
  { context, time }: Pick<Further, 'context' | 'time'>,
): Promise<Answer<number>[]> {
  const answers: Answer<number>[] = [];
  while (answers.length < READS) {
    const limitMs = Math.min(READ_LIMIT_MS, time.leftMs('hashes'));
    const answer = await ask((signal) => timeRead(client, callWithin(limitMs, signal)), {
      limitMs,
      outer: context.signal,
    });
    answers.push(answer);
    if ('trouble' in answer) break;
  }
  return answers;
}

/** The milliseconds of a linearizable read. A user who may not read the key learns as much. */
async function timeRead(client: Client, call: CallOptions): Promise<number> {
  const began = monotonicMs();
  try {
    await client.kv.range({ key: HEALTH_PROBE_KEY, countOnly: true }, call);
  } catch (error) {
    if (!isEtcdError(error, 'permissionDenied') && !isEtcdError(error, 'anonymous')) throw error;
  }
  return monotonicMs() - began;
}
