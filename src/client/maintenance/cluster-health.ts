import { Failure, isEtcdError } from '../../model/errors.js';
import { HEALTH_PROBE_KEY } from '../../model/key-range.js';
import {
  AlarmAction,
  type AlarmMember,
  AlarmType,
  type StatusResponse,
} from '../../model/messages/maintenance.js';
import type { CallOptions } from '../../model/services.js';
import { type ConnectedMember, memberLabel } from './connected-members.js';

/** A member is behind when it has applied more than so many entries less than are committed. Members under load differ by some hundreds. */
const MAX_LAG = 1000n;

export interface MemberState {
  readonly member: ConnectedMember;
  readonly status: StatusResponse;
}

/** The state of all members at one moment. */
export interface ClusterState {
  /** The members that answered. */
  readonly states: readonly MemberState[];
  /** 0 when the members know none, or not the same. */
  readonly leaderId: bigint;
  readonly alarms: readonly AlarmMember[];
  /** A sentence for each thing that is wrong; NOSPACE alarms are not among them. Empty: every member is healthy. */
  readonly problems: readonly string[];
}

/**
 * Asks every member for its status and for a linearizable read (a learner: a serializable one), and one of them for the alarms. Healthy:
 * all answer, agree on the leader, have applied about as much as is committed, and there is no alarm but NOSPACE.
 */
export async function inspectCluster(
  members: readonly ConnectedMember[],
  call: CallOptions,
): Promise<ClusterState> {
  const answers = await Promise.all(members.map((member) => inspectMember(member, call)));
  const states = answers.flatMap(({ state }) => (state === undefined ? [] : [state]));
  const leaders = new Set(states.map(({ status }) => status.leader));
  const [leaderId = 0n] = leaders.size === 1 ? leaders : [];
  const { alarms, problems } = await listAlarms(states, call);
  return {
    states,
    leaderId,
    alarms,
    problems: [
      ...answers.flatMap((answer) => answer.problems),
      ...(states.length > 0 && leaderId === 0n ? ['the members do not agree on a leader'] : []),
      ...lagProblems(states),
      ...problems,
    ],
  };
}

async function inspectMember(
  member: ConnectedMember,
  call: CallOptions,
): Promise<{ readonly state?: MemberState; readonly problems: readonly string[] }> {
  const { client, isLearner } = member;
  const label = memberLabel(member);
  if ('problem' in client) return { problems: [`${label}: ${client.problem}`] };
  const read = client.kv
    .range({ key: HEALTH_PROBE_KEY, limit: 1n, serializable: isLearner }, call)
    .catch((error) => {
      if (!isEtcdError(error, 'permissionDenied')) throw error;
    });
  const [status, answer] = await Promise.allSettled([client.maintenance.status({}, call), read]);
  if (status.status === 'rejected') return { problems: problemsOf(status.reason, label) };
  const { header } = status.value;
  if (header?.memberId !== member.id) return { problems: [`${member.endpoint} leads to other members too`] };
  const state = { member, status: status.value };
  if (answer.status === 'rejected') return { state, problems: problemsOf(answer.reason, label) };
  return { state, problems: [] };
}

function problemsOf(error: unknown, label: string): string[] {
  if (!(error instanceof Failure)) throw error;
  return [...error.reasons, `${label}: ${error.message}`];
}

async function listAlarms(
  states: readonly MemberState[],
  call: CallOptions,
): Promise<Pick<ClusterState, 'alarms' | 'problems'>> {
  const client = states.find(({ member }) => !member.isLearner)?.member.client;
  if (client === undefined || 'problem' in client) return { alarms: [], problems: [] };
  try {
    const { alarms } = await client.maintenance.alarm({ action: AlarmAction.get }, call);
    return { alarms, problems: alarms.flatMap((alarm) => alarmProblems(alarm, states)) };
  } catch (error) {
    return { alarms: [], problems: problemsOf(error, 'the alarms cannot be listed') };
  }
}

function alarmProblems({ memberId, alarm }: AlarmMember, states: readonly MemberState[]): string[] {
  if (alarm === AlarmType.noSpace) return [];
  const member = states.find((state) => state.member.id === memberId)?.member;
  // etcd 3.5 does not say whose data differs.
  const stranger = memberId === 0n ? 'the cluster' : memberId.toString(16);
  const label = member === undefined ? stranger : memberLabel(member);
  return [`${label} has the alarm ${alarm === AlarmType.corrupt ? 'CORRUPT' : alarm}`];
}

function lagProblems(states: readonly MemberState[]): string[] {
  const [committed = 0n] = states.map(({ status }) => status.raftIndex).sort((a, b) => Number(b - a));
  return states.flatMap(({ member, status }) => {
    const lag = committed - status.raftAppliedIndex;
    return lag > MAX_LAG ? [`${memberLabel(member)} is ${lag} entries behind`] : [];
  });
}

export interface HealthWait {
  readonly timeoutMs: number;
  readonly clock: { now(): bigint; sleep(ms: number, signal?: AbortSignal): Promise<void> };
  readonly signal: AbortSignal;
}

const POLL_EVERY_MS = 250;

/** How long the members may disagree before any work: an election may be under way. */
const SETTLE_MS = 2000;

/** The state before any work. Problems must last for two seconds. */
export function firstState(
  members: readonly ConnectedMember[],
  context: Pick<HealthWait, 'clock' | 'signal'>,
): Promise<ClusterState> {
  const { clock, signal } = context;
  return awaitHealth(members, { clock, signal, timeoutMs: SETTLE_MS });
}

/** Asks again until every member is healthy, or the time is over. Settles with the last state. */
export async function awaitHealth(
  members: readonly ConnectedMember[],
  { timeoutMs, clock, signal }: HealthWait,
): Promise<ClusterState> {
  const endNs = clock.now() + BigInt(Math.round(timeoutMs * 1e6));
  for (;;) {
    const state = await inspectCluster(members, { signal });
    if (state.problems.length === 0 || clock.now() >= endNs) return state;
    await clock.sleep(POLL_EVERY_MS, signal);
  }
}
