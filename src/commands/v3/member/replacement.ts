/** The work of `member replace`. */
import type { CommandContext } from '../../../cli/context.js';
import { asksBeforeSteps, plannedStep, Steps, type Work } from '../../../cli/steps.js';
import { awaitHealth, inspectCluster } from '../../../client/maintenance/cluster-health.js';
import {
  type ConnectedMember,
  connectMember,
  connectMembers,
  hasClient,
} from '../../../client/maintenance/connected-members.js';
import { transferLeadership } from '../../../client/maintenance/rolling-defragmentation.js';
import { CommandError, isEtcdError, ServerError } from '../../../model/errors.js';
import type { MemberReplacement } from '../../../model/maintenance-reports.js';
import type { Member } from '../../../model/messages/cluster.js';
import { type StartSettings, startSettings, startSettingsText } from './add.js';
import type { MemberReplaceOptions } from './replace.js';
import { nameOf } from './replacement-plan.js';
import { type ReplacementSituation, replacementSituation } from './replacement-situation.js';

export async function replaceMember(options: MemberReplaceOptions, context: CommandContext): Promise<void> {
  const replacement = new Replacement(await replacementSituation(options, context), options, context);
  if (replacement.isDone || options.isDryRun) return replacement.show();
  const { isConfirmed } = options;
  return replacement.run(
    await asksBeforeSteps({ isConfirmed, prompt: context.prompt }, () => replacement.show()),
  );
}

/** Members refuse changes of the cluster until they have been connected to each other for five seconds. */
const ACCEPTANCE_TIMEOUT_MS = 30_000;
const POLL_EVERY_MS = 500;
/** How long the cluster may take to be healthy before the old member is removed. */
const HEALTH_TIMEOUT_MS = 60_000;

class Replacement {
  readonly #situation: ReplacementSituation;
  readonly #options: MemberReplaceOptions;
  readonly #context: CommandContext;
  readonly #steps: Steps;
  #added: Member | undefined;
  #settings: StartSettings = {};

  constructor(situation: ReplacementSituation, options: MemberReplaceOptions, context: CommandContext) {
    this.#situation = situation;
    this.#options = options;
    this.#context = context;
    this.#added = situation.added;
    this.#steps = new Steps(this.#work(), context);
  }

  get isDone(): boolean {
    return this.#steps.now.length === 0;
  }

  show(): Promise<void> {
    return this.#report(this.#options.isDryRun, []);
  }

  async run(isAsked: boolean): Promise<void> {
    const isSimple = this.#context.format === 'simple';
    if (isSimple) await this.show();
    try {
      await this.#steps.run(isAsked);
    } catch (error) {
      if (error instanceof CommandError && !isSimple) {
        await this.#report(false, [...error.reasons, error.message]);
      }
      throw error;
    }
    const { old, newName } = this.#situation;
    const where = this.#added?.clientUrls.join(', ') ?? '';
    const replaced = old === undefined ? 'The new voting member is' : `${nameOf(old)} was replaced by`;
    await this.#tell(`${replaced} ${newName} (${where}).`);
    if (!isSimple) await this.#report(false, []);
  }

  #work(): Work[] {
    const { old, added, isOldAlive } = this.#situation;
    const adds = added === undefined ? [this.#adding()] : [];
    const joins = added === undefined || added.isLearner ? [this.#waiting(), this.#promotion()] : [];
    if (old === undefined) return [...adds, ...joins];
    const isRemovedFirst = !isOldAlive && added === undefined;
    return isRemovedFirst ? [this.#removal(old), ...adds, ...joins] : [...adds, ...joins, this.#removal(old)];
  }

  #adding(): Work {
    const { newName, client } = this.#situation;
    const { peerUrls } = this.#options;
    return {
      step: plannedStep('add', `Add ${newName} as a learner with the peer URL ${peerUrls.join(', ')}`),
      run: async () => {
        const { signal } = this.#context;
        const request = { peerUrls, isLearner: true };
        const response = await this.#accepted(() => client.cluster.memberAdd(request, { signal }));
        this.#added = response.member;
        if (this.#context.format === 'simple') await this.#context.emit({ kind: 'member-add', response });
      },
    };
  }

  #waiting(): Work {
    const { newName } = this.#situation;
    return {
      step: plannedStep('start', `Wait until ${newName} is started and has caught up`),
      run: async () => {
        const { clock, notices } = this.#context;
        const endNs = clock.now() + BigInt(Math.round((this.#options.waitMs ?? 0) * 1e6));
        const isOver = () => this.#options.waitMs !== undefined && clock.now() >= endNs;
        await this.#showSettings();
        const progress = notices.progress(`Waiting for ${newName} to start and to catch up`, 'seconds');
        try {
          await this.#untilPromotable(isOver);
        } finally {
          progress.stop();
        }
      },
    };
  }

  /** The settings of a member that has not started. */
  async #showSettings(): Promise<void> {
    const { client, newName, version } = this.#situation;
    const { members } = await client.cluster.memberList(
      { linearizable: true },
      { signal: this.#context.signal },
    );
    const member = members.find(({ id }) => id === this.#added?.id);
    if (member === undefined || member.name !== '') return;
    const { peerUrls } = this.#options;
    this.#settings = startSettings({ name: newName, peerUrls }, { member, members });
    const advice = `Start etcd ${version} with an empty data directory and these settings:`;
    const text = `${advice}\n${startSettingsText(this.#settings)}`;
    // In other formats the report has them, but it comes when the wait is over.
    if (this.#context.format === 'simple') await this.#tell(text);
    else this.#context.notices.line(text);
  }

  /**
   * Settles when the learner has started, all members are healthy, and it is not far behind. What it waits for is written once. A cluster
   * that cannot answer for a moment does not end the wait.
   */
  async #untilPromotable(isOver: () => boolean): Promise<void> {
    const { clock, signal, notices } = this.#context;
    const { newName, staying } = this.#situation;
    const told = new Set<string>();
    let learner: ConnectedMember | undefined;
    for (;;) {
      let problem: string | undefined;
      try {
        // The login for a new client can succeed later.
        if (learner === undefined || !hasClient(learner)) learner = await this.#startedLearner();
        if (learner !== undefined) {
          [problem] = (await inspectCluster([...staying, learner], { signal })).problems;
          if (problem === undefined) return;
        }
      } catch (error) {
        if (!(error instanceof ServerError)) throw error;
        problem = error.message;
      }
      if (problem !== undefined && !told.has(problem)) notices.line(problem);
      told.add(problem ?? '');
      if (isOver()) {
        const what = learner === undefined ? 'has not started' : 'has not caught up';
        throw new CommandError(`${newName} ${what} in the time of --wait`);
      }
      await clock.sleep(POLL_EVERY_MS, signal);
    }
  }

  /** A member has no name and no client URL until it has started. */
  async #startedLearner(): Promise<ConnectedMember | undefined> {
    const { client, newName } = this.#situation;
    const { members } = await client.cluster.memberList(
      { linearizable: true },
      { signal: this.#context.signal },
    );
    const learner = members.find(({ id }) => id === this.#added?.id);
    if (learner === undefined) throw new CommandError(`${newName} was removed meanwhile`);
    if (learner.name === '') return undefined;
    this.#added = learner;
    this.#settings = {};
    return connectMember(learner, this.#context);
  }

  #promotion(): Work {
    const { newName, client } = this.#situation;
    return {
      step: plannedStep('promote', `Promote ${newName} to a voting member`),
      run: async () => {
        const { signal } = this.#context;
        const id = this.#added?.id ?? 0n;
        const response = await this.#accepted(() => client.cluster.memberPromote({ id }, { signal }));
        if (this.#context.format === 'simple')
          await this.#context.emit({ kind: 'member-promote', id, response });
      },
    };
  }

  #removal(old: Member): Work {
    const { isOldAlive, isOldLeader, client } = this.#situation;
    const why = isOldAlive ? '' : ', which does not answer';
    const move = isOldLeader ? `Move the leadership away from ${nameOf(old)}, and remove it` : undefined;
    return {
      step: plannedStep('remove', move ?? `Remove ${nameOf(old)}${why}`),
      question: `Remove ${nameOf(old)} (${old.id.toString(16)})${why}?`,
      run: async () => {
        const { signal } = this.#context;
        await this.#prepareRemoval(old);
        const response = await this.#accepted(() => client.cluster.memberRemove({ id: old.id }, { signal }));
        if (this.#context.format === 'simple')
          await this.#context.emit({ kind: 'member-remove', id: old.id, response });
      },
    };
  }

  /** The cluster must be healthy without the member, and its leader another one. */
  async #prepareRemoval(old: Member): Promise<void> {
    const { clock, signal } = this.#context;
    const { members: connected } = await connectMembers(this.#context, {
      wholeCluster: true,
      consequence: `${nameOf(old)} was not removed`,
    });
    const wait = { clock, signal, timeoutMs: HEALTH_TIMEOUT_MS };
    const staying = connected.filter(({ id }) => id !== old.id);
    const { problems, leaderId, states } = await awaitHealth(staying, wait);
    if (problems.length > 0) throw new CommandError('the cluster is not healthy', { reasons: problems });
    const leaving = connected.find(({ id }) => id === old.id);
    if (leaderId !== old.id || leaving === undefined) return;
    const [target] = states
      .filter(({ member }) => !member.isLearner)
      .sort((a, b) => Number(b.status.raftAppliedIndex - a.status.raftAppliedIndex));
    if (target === undefined) throw new CommandError('there is no voting member to become the leader');
    await transferLeadership(leaving, target.member, signal);
    await this.#tell(`Leadership moved from ${nameOf(old)} to ${target.member.name}`);
  }

  /** Makes a call again while the members refuse it because they have not been connected to each other for long. */
  async #accepted<Response>(call: () => Promise<Response>): Promise<Response> {
    const { clock, signal } = this.#context;
    const endNs = clock.now() + BigInt(ACCEPTANCE_TIMEOUT_MS) * 1_000_000n;
    for (;;) {
      try {
        return await call();
      } catch (error) {
        const isTemporary = isEtcdError(error, 'unhealthyCluster') || isEtcdError(error, 'learnerNotReady');
        if (!isTemporary || clock.now() >= endNs) throw error;
      }
      await clock.sleep(POLL_EVERY_MS, signal);
    }
  }

  async #tell(text: string): Promise<void> {
    if (this.#context.format === 'simple') await this.#context.emit({ kind: 'text', text: `${text}\n` });
  }

  #report(isDryRun: boolean, problems: readonly string[]): Promise<void> {
    const { old, newName } = this.#situation;
    const report: MemberReplacement = {
      isDryRun,
      old: old && { id: old.id, name: old.name },
      replacement: { id: this.#added?.id, name: newName, peerUrls: this.#options.peerUrls },
      settings: Object.entries(this.#settings).map(([name, value]) => ({ name, value })),
      steps: this.#steps.now,
      problems,
    };
    return this.#context.emit({ kind: 'member-replacement', report });
  }
}
