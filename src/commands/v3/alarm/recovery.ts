/**
 * The work of `alarm recover`. Its steps: compact, defragment, check, disarm. What a step would do is known before the first one, so that
 * all of them can be shown; whether it is still needed too, so that a second run goes on where the first one stopped.
 */
import type { CommandContext } from '../../../cli/context.js';
import { asksBeforeSteps, plannedStep, Steps, skippedStep, type Work } from '../../../cli/steps.js';
import { awaitHealth, type ClusterState } from '../../../client/maintenance/cluster-health.js';
import { findCompactedRevision } from '../../../client/maintenance/compacted-revision.js';
import { memberLabel } from '../../../client/maintenance/connected-members.js';
import {
  defragmentationTimeoutMs,
  planSteps,
  type RollingStep,
  unusedBytes,
} from '../../../client/maintenance/rolling-defragmentation.js';
import {
  awaitCompaction,
  isAtQuota,
  type StorageUse,
  storageUseOf,
} from '../../../client/maintenance/storage-use.js';
import { formatByteSize } from '../../../go/byte-size.js';
import { CommandError, Failure, isEtcdError } from '../../../model/errors.js';
import type { AlarmRecovery } from '../../../model/maintenance-reports.js';
import { AlarmAction, AlarmType } from '../../../model/messages/maintenance.js';
import { defragmentSteps, stoppedError } from '../defrag/rolling.js';
import type { AlarmRecoverOptions } from './recover.js';
import { memberName, type RecoverySituation, recoverySituation } from './recovery-situation.js';

/** Members of which less than a hundredth of the quota is unused are not defragmented in a second run. */
const MIN_RECLAIM_DIVISOR = 100n;
/** Above this part of the quota, in percent, a member is named after the recovery. */
const NEARLY_FULL_PERCENT = 80n;

export async function recover(options: AlarmRecoverOptions, context: CommandContext): Promise<void> {
  const situation = await recoverySituation(options, context);
  const recovery = new Recovery(situation, options, context);
  if (situation.alarms.length === 0 || options.isDryRun) return recovery.show(options.isDryRun);
  const { isConfirmed } = options;
  return recovery.run(
    await asksBeforeSteps({ isConfirmed, prompt: context.prompt }, () => recovery.show(true)),
  );
}

class Recovery {
  readonly #situation: RecoverySituation;
  readonly #options: AlarmRecoverOptions;
  readonly #context: CommandContext;
  readonly #steps: Steps;
  #use: readonly StorageUse[] | undefined;

  constructor(situation: RecoverySituation, options: AlarmRecoverOptions, context: CommandContext) {
    this.#situation = situation;
    this.#options = options;
    this.#context = context;
    const isFull = situation.alarms.length > 0;
    const work = [this.#compaction(), this.#defragmentation(), this.#check(), this.#disarming()];
    this.#steps = new Steps(isFull ? work : [], context);
  }

  /** Prints the situation and the steps. */
  async show(isDryRun: boolean): Promise<void> {
    await this.#context.emit({ kind: 'alarm-recovery', report: this.#report(isDryRun, []) });
  }

  async run(isAsked: boolean): Promise<void> {
    if (this.#context.format === 'simple') await this.show(false);
    try {
      await this.#steps.run(isAsked);
      await this.#tell('The alarm is off: the cluster accepts writes.');
      await this.#finish([]);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      await this.#finish([...error.reasons, error.message]);
      throw error;
    }
  }

  #compaction(): Work {
    const { target, compactedRevision, client, members, use } = this.#situation;
    const isDone = compactedRevision >= target;
    const what = `Compact the history at revision ${target}`;
    return {
      step: isDone
        ? skippedStep('compact', `The history is already compacted at revision ${compactedRevision}`)
        : plannedStep('compact', what),
      question: `${what}?`,
      run: async () => {
        const { connect, clock, signal } = this.#context;
        const timeoutMs = Math.max(...use.map(({ sizeBytes }) => defragmentationTimeoutMs(sizeBytes)));
        const patient = await connect(undefined, { callTimeoutMs: timeoutMs });
        const progress = this.#context.notices.progress('Compacting', 'seconds');
        try {
          await patient.kv.compact({ revision: target, physical: true }, { signal });
          await awaitCompaction(members, { clock, signal });
        } catch (error) {
          // A compaction of another client, such as that of the Kubernetes API server.
          if (!isEtcdError(error, 'compacted')) throw error;
        } finally {
          progress.stop();
          patient.close();
        }
        await this.#tell(`Compacted revision ${await findCompactedRevision(client, target, { signal })}`);
      },
    };
  }

  #defragmentation(): Work {
    const { state } = this.#situation;
    const names = planSteps(state, this.#situation.members).map(stepName);
    return {
      step: plannedStep('defragment', `Defragment ${names.join(', then ')}`),
      question: 'Defragment the members?',
      run: async () => {
        const steps = await this.#worthwhileSteps();
        const { movesLeader, healthTimeoutMs } = this.#options;
        const settings = { cluster: this.#situation, movesLeader, healthTimeoutMs };
        const outcome = await defragmentSteps(steps, settings, this.#context);
        if (outcome.problems.length > 0) throw stoppedError(outcome);
      },
    };
  }

  /**
   * All members after a compaction: what they report as unused can be older. If an earlier run has compacted, those that are still full,
   * and those with much to free.
   */
  async #worthwhileSteps(): Promise<RollingStep[]> {
    const { members, use } = this.#situation;
    const state = await this.#healthyState();
    if (this.#steps.now[0]?.state === 'done') return planSteps(state, members);
    return planSteps(state, members, ({ member, status }) => {
      const quotaBytes = use.find((each) => each.member.id === member.id)?.quotaBytes ?? status.dbSize;
      if (isAtQuota({ sizeBytes: status.dbSize, quotaBytes })) return true;
      return unusedBytes(status) * MIN_RECLAIM_DIVISOR >= quotaBytes;
    });
  }

  #check(): Work {
    return {
      step: plannedStep('check', 'Check that every member is below its quota'),
      run: async () => {
        const { states } = await this.#healthyState();
        this.#use = await storageUseOf(states, this.#context.fetchMetrics);
        const full = this.#use.filter(isAtQuota);
        if (full.length > 0) throw quotaError(full);
        for (const { member } of this.#use.filter(({ quotaBytes }) => quotaBytes === undefined)) {
          this.#context.notices.line(`${memberLabel(member)}: its quota is not known, or it has none`);
        }
        for (const use of this.#use.filter(isNearlyFull))
          this.#context.notices.line(`${useText(use)}: nearly full`);
      },
    };
  }

  #disarming(): Work {
    const { alarms, members } = this.#situation;
    const names = alarms.map(({ memberId }) => memberName(memberId, members)).join(', ');
    return {
      step: plannedStep('disarm', `Disarm the alarm NOSPACE of ${names}`),
      question: `Disarm the alarm NOSPACE of ${names}?`,
      run: async () => {
        const { signal } = this.#context;
        for (const { memberId } of alarms) {
          const request = { action: AlarmAction.deactivate, memberId, alarm: AlarmType.noSpace };
          await this.#situation.client.maintenance.alarm(request, { signal });
        }
        const { alarms: left } = await this.#healthyState();
        if (left.length > 0) throw new CommandError('the alarm NOSPACE is on again: something writes a lot');
      },
    };
  }

  async #healthyState(): Promise<ClusterState> {
    const { clock, signal } = this.#context;
    const wait = { clock, signal, timeoutMs: this.#options.healthTimeoutMs };
    const state = await awaitHealth(this.#situation.members, wait);
    if (state.problems.length === 0) return state;
    throw new CommandError('the cluster is not healthy', { reasons: state.problems });
  }

  async #tell(text: string): Promise<void> {
    if (this.#context.format === 'simple') await this.#context.emit({ kind: 'text', text: `${text}\n` });
  }

  /** The simple format has printed everything already. */
  async #finish(problems: readonly string[]): Promise<void> {
    if (this.#context.format === 'simple') return;
    await this.#context.emit({ kind: 'alarm-recovery', report: this.#report(false, problems) });
  }

  #report(isDryRun: boolean, problems: readonly string[]): AlarmRecovery {
    const { revision, compactedRevision, use, alarms } = this.#situation;
    return {
      isDryRun,
      revision,
      compactedRevision,
      members: use.map(({ member, sizeBytes, inUseBytes, quotaBytes }) => ({
        endpoint: member.endpoint,
        id: member.id,
        name: member.name,
        isFull: alarms.some(({ memberId }) => memberId === member.id),
        sizeBytes,
        inUseBytes,
        quotaBytes,
        newSizeBytes: this.#use?.find((after) => after.member.id === member.id)?.sizeBytes,
      })),
      steps: this.#steps.now,
      problems,
    };
  }
}

function stepName({ member, role }: RollingStep): string {
  const name = member.name || member.endpoint;
  return role === 'follower' ? name : `the ${role} ${name}`;
}

function isNearlyFull({ sizeBytes, quotaBytes }: StorageUse): boolean {
  return quotaBytes !== undefined && sizeBytes * 100n >= quotaBytes * NEARLY_FULL_PERCENT;
}

function useText({ member, sizeBytes, quotaBytes = 0n }: StorageUse): string {
  return `${memberLabel(member)} has ${formatByteSize(sizeBytes)} of a quota of ${formatByteSize(quotaBytes)}`;
}

function quotaError(full: readonly StorageUse[]): CommandError {
  return new CommandError('the alarm would soon be raised again', {
    reasons: [
      ...full.map(useText),
      'delete keys, which works while the alarm is on, or restart one member after another with a larger --quota-backend-bytes',
    ],
  });
}
