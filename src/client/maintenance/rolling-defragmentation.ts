/**
 * Defragmentation of one member after another. While a member defragments, it answers nothing: so all members must be healthy before
 * each step, learners and followers come first and the leader last, and nothing more is touched as soon as something is wrong.
 */
import { formatDuration } from '../../go/duration.js';
import { Failure, ServerError } from '../../model/errors.js';
import type { RollingDefragMember, RollingDefragState } from '../../model/maintenance-reports.js';
import type { StatusResponse } from '../../model/messages/maintenance.js';
import { awaitHealth, type ClusterState, type HealthWait, type MemberState } from './cluster-health.js';
import { type ClusterContext, type ConnectedMember, hasClient, memberLabel } from './connected-members.js';
import { isRefusedByLearner, refusalHints } from './refusal.js';

/** A member in the order of the work. The numbers are those before the work. */
export interface RollingStep {
  readonly member: ConnectedMember;
  readonly role: RollingDefragMember['role'];
  readonly state: RollingDefragState;
  readonly sizeBytes: bigint;
  readonly unusedBytes: bigint;
  readonly newSizeBytes?: bigint;
  readonly took?: string;
  readonly reason?: string;
  /** Sentences that explain a failure. */
  readonly details?: readonly string[];
}

/**
 * The steps in their order: learners, followers, the leader.
 * @param scope the members to defragment; the others are only asked for their health
 * @param isWorthwhile whether the member is not left out
 */
export function planSteps(
  { states, leaderId }: ClusterState,
  scope: readonly ConnectedMember[],
  isWorthwhile: (state: MemberState) => boolean = () => true,
): RollingStep[] {
  const steps = states
    .filter(({ member }) => scope.includes(member))
    .map((state): RollingStep => {
      const { member, status } = state;
      const role = member.isLearner ? 'learner' : member.id === leaderId ? 'leader' : 'follower';
      const size = { sizeBytes: status.dbSize, unusedBytes: unusedBytes(status) };
      if (isWorthwhile(state)) return { member, role, state: 'planned', ...size };
      return { member, role, state: 'skipped', reason: 'too little to gain', ...size };
    });
  return steps.sort((a, b) => RANKS[a.role] - RANKS[b.role]);
}

/** The server updates what is in use with its writes: after a compaction, an idle member can still report the old value. */
export function unusedBytes({ dbSize, dbSizeInUse }: StatusResponse): bigint {
  return dbSize - dbSizeInUse;
}

const RANKS = { learner: 0, follower: 1, leader: 2 } as const;

/** A defragmentation that is cut off goes on in the server: the limit is generous. Slow disks rewrite 20 MB/s. */
const BASE_TIMEOUT_MS = 30_000;
const TIMEOUT_MS_PER_GB = 60_000;

export function defragmentationTimeoutMs(sizeBytes: bigint): number {
  return Math.ceil(BASE_TIMEOUT_MS + (Number(sizeBytes) / 1e9) * TIMEOUT_MS_PER_GB);
}

/** Told what happens, in time. */
export interface RollingObserver {
  /** @returns a function that is called at the end of the step */
  begins(step: RollingStep, position: { readonly number: number; readonly of: number }): () => void;
  ended(step: RollingStep): Promise<void>;
  leaderMoved(from: ConnectedMember, to: ConnectedMember): Promise<void>;
}

export interface RollingContext {
  readonly cluster: readonly ConnectedMember[];
  readonly connect: ClusterContext['connect'];
  readonly health: HealthWait;
  readonly observer: RollingObserver;
}

export interface RollingOutcome {
  readonly steps: readonly RollingStep[];
  /** Why not all steps were done. Empty: they were. */
  readonly problems: readonly string[];
}

/** Does the planned steps. An abort of the signal rejects with its reason. */
export async function defragmentRolling(
  planned: readonly RollingStep[],
  options: { readonly movesLeader: boolean },
  context: RollingContext,
): Promise<RollingOutcome> {
  const steps = [...planned];
  const total = steps.filter(isPlanned).length;
  for (let number = 1; number <= total; number++) {
    const { leaderId, problems, states } = await awaitHealth(context.cluster, context.health);
    if (problems.length > 0) return { steps, problems };
    const step = nextStep(steps, leaderId);
    if (step === undefined) break;
    if (step.member.id === leaderId && options.movesLeader) {
      const failure = await moveLeader(step.member, { steps, states, context });
      if (failure !== undefined) return { steps, problems: failure };
    }
    const done = await defragmentMember(step, { number, of: total }, context);
    steps[steps.indexOf(step)] = done;
    await context.observer.ended(done);
    if (done.state === 'failed') {
      return { steps, problems: [...(done.details ?? []), `${memberLabel(step.member)}: ${done.reason}`] };
    }
  }
  const { problems } = await awaitHealth(context.cluster, context.health);
  return { steps, problems };
}

function isPlanned({ state }: RollingStep): boolean {
  return state === 'planned';
}

/** The leader may have changed since the plan: it is always the last. */
function nextStep(steps: readonly RollingStep[], leaderId: bigint): RollingStep | undefined {
  const left = steps.filter(isPlanned);
  return left.find(({ member }) => member.id !== leaderId) ?? left[0];
}

async function defragmentMember(
  step: RollingStep,
  position: { readonly number: number; readonly of: number },
  { connect, health: { clock, signal }, observer }: RollingContext,
): Promise<RollingStep> {
  const { member } = step;
  if (!hasClient(member)) return { ...step, state: 'failed', reason: 'no connection' };
  const ends = observer.begins(step, position);
  const began = clock.now();
  const result = (state: RollingDefragState) => ({
    ...step,
    state,
    took: formatDuration(clock.now() - began),
  });
  try {
    const client = await connect(member.endpoints, {
      callTimeoutMs: defragmentationTimeoutMs(step.sizeBytes),
    });
    try {
      await client.maintenance.defragment({}, { signal });
    } finally {
      client.close();
    }
    const done = result('defragmented');
    const { dbSize }: StatusResponse = await member.client.maintenance.status({}, { signal });
    return { ...done, newSizeBytes: dbSize };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (isRefusedByLearner(error))
      return { ...step, state: 'skipped', reason: 'etcd does not defragment learners' };
    const details = [...error.reasons, ...refusalHints(error)];
    return { ...result('failed'), reason: failureText(error), details };
  } finally {
    ends();
  }
}

function failureText(error: Failure): string {
  const goesOn = error instanceof ServerError && (error.code === 'DeadlineExceeded' || error.isInterruption);
  return goesOn ? `${error.message}; the server goes on with it` : error.message;
}

interface Handover {
  readonly steps: readonly RollingStep[];
  readonly states: ClusterState['states'];
  readonly context: RollingContext;
}

/** Makes a follower the leader: one that is already defragmented, and has applied the most. Returns the problems, if it failed. */
async function moveLeader(
  leader: ConnectedMember,
  { steps, states, context }: Handover,
): Promise<readonly string[] | undefined> {
  const isDone = (member: ConnectedMember) =>
    steps.some((step) => step.member.id === member.id && step.state === 'defragmented');
  const [target] = states
    .filter(({ member }) => !member.isLearner && member.id !== leader.id)
    .sort(
      (a, b) =>
        Number(isDone(b.member)) - Number(isDone(a.member)) ||
        Number(b.status.raftAppliedIndex - a.status.raftAppliedIndex),
    );
  if (target === undefined)
    return [`${memberLabel(leader)} is the only voting member: its leadership cannot move`];
  const { health, observer, cluster } = context;
  try {
    await transferLeadership(leader, target.member, health.signal);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [
      ...error.reasons,
      `the leadership could not be moved to ${memberLabel(target.member)}: ${error.message}`,
    ];
  }
  const { leaderId, problems } = await awaitHealth(cluster, health);
  if (problems.length > 0) return problems;
  if (leaderId === leader.id) return [`${memberLabel(leader)} is the leader again`];
  await observer.leaderMoved(leader, target.member);
  return undefined;
}

/** Only the leader itself can transfer its leadership. */
export async function transferLeadership(
  leader: ConnectedMember,
  target: ConnectedMember,
  signal: AbortSignal,
): Promise<void> {
  if (hasClient(leader)) await leader.client.maintenance.moveLeader({ targetId: target.id }, { signal });
}
