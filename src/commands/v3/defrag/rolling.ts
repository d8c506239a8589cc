import type { CommandContext } from '../../../cli/context.js';
import { firstState } from '../../../client/maintenance/cluster-health.js';
import { type ConnectedCluster, connectMembers } from '../../../client/maintenance/connected-members.js';
import {
  defragmentRolling,
  planSteps,
  type RollingOutcome,
  type RollingStep,
  unusedBytes,
} from '../../../client/maintenance/rolling-defragmentation.js';
import { formatByteSize } from '../../../go/byte-size.js';
import { CommandError } from '../../../model/errors.js';
import type { RollingDefrag } from '../../../model/maintenance-reports.js';
import { loadPrinter } from '../../../printers/registry.js';

export interface RollingDefragOptions {
  readonly isDryRun: boolean;
  readonly movesLeader: boolean;
  readonly minReclaimBytes: bigint;
  /** How long the cluster may take to be healthy again after a member. */
  readonly healthTimeoutMs: number;
}

type Options = RollingDefragOptions & { readonly wholeCluster: boolean };

export async function runRollingDefrag(options: Options, context: CommandContext): Promise<void> {
  (await loadPrinter(context.format)).assertPrints('defrag-rolling');
  const cluster = await connectMembers(context, { ...options, consequence: 'nothing was defragmented' });
  const state = await firstState(cluster.members, context);
  if (state.problems.length > 0) {
    throw new CommandError('nothing was defragmented, because the cluster is not healthy', {
      reasons: state.problems,
    });
  }
  const steps = planSteps(
    state,
    cluster.scope,
    ({ status }) => unusedBytes(status) >= options.minReclaimBytes,
  );
  if (options.isDryRun) {
    return context.emit({ kind: 'defrag-rolling', report: reportOf({ steps, problems: [] }, options) });
  }
  const outcome = await defragmentSteps(steps, { ...options, cluster }, context);
  if (context.format !== 'simple') {
    await context.emit({ kind: 'defrag-rolling', report: reportOf(outcome, options) });
  }
  if (outcome.problems.length > 0) throw stoppedError(outcome);
}

interface StepsOptions {
  readonly cluster: Pick<ConnectedCluster, 'members'>;
  readonly movesLeader: boolean;
  readonly healthTimeoutMs: number;
}

/** Defragments the members of the planned steps. In the simple format, prints a line when a member is done. */
export async function defragmentSteps(
  steps: readonly RollingStep[],
  { cluster, movesLeader, healthTimeoutMs }: StepsOptions,
  context: CommandContext,
): Promise<RollingOutcome> {
  const { clock, signal } = context;
  const tell = async (text: string) => {
    if (context.format === 'simple') await context.emit({ kind: 'text', text: `${text}\n` });
  };
  const log = new StepLog(steps);
  for (const step of steps) if (step.state === 'skipped') await tell(endText(step));
  try {
    return await defragmentRolling(
      steps,
      { movesLeader },
      {
        cluster: cluster.members,
        connect: context.connect,
        health: { timeoutMs: healthTimeoutMs, clock, signal },
        observer: {
          begins(step, { number, of }) {
            log.running = step;
            const size = formatByteSize(step.sizeBytes);
            return showElapsed(`Defragmenting ${nameOf(step)}, ${size}, member ${number} of ${of}`, context);
          },
          async ended(step) {
            log.end(step);
            if (step.state !== 'failed') await tell(endText(step));
          },
          leaderMoved: (from, to) => tell(`Leadership moved from ${from.name} to ${to.name}`),
        },
      },
    );
  } catch (error) {
    if (signal.aborted) context.notices.line(log.interruption);
    throw error;
  }
}

/** Remembers what was done, for an interruption. */
class StepLog {
  running: RollingStep | undefined;
  readonly #ended: RollingStep[] = [];
  readonly #planned: readonly RollingStep[];

  constructor(steps: readonly RollingStep[]) {
    this.#planned = steps.filter(({ state }) => state === 'planned');
  }

  end(step: RollingStep): void {
    this.running = undefined;
    this.#ended.push(step);
  }

  get interruption(): string {
    const { running } = this;
    const began = [...this.#ended, ...(running === undefined ? [] : [running])].map(
      ({ member }) => member.id,
    );
    const left = this.#planned.filter(({ member }) => !began.includes(member.id));
    const goesOn = running === undefined ? '' : `; ${nameOf(running)} goes on defragmenting until it is done`;
    return `interrupted${goesOn}; done: ${namesOf(this.#ended)}; not touched: ${namesOf(left)}`;
  }
}

/** Shows on a terminal how long the work has taken. Returns a function that ends the display. */
function showElapsed(label: string, { notices, clock }: CommandContext): () => void {
  const progress = notices.progress(label, 'seconds');
  const began = clock.now();
  const timer = setInterval(() => progress.update(Number((clock.now() - began) / 1_000_000_000n)), 1000);
  timer.unref();
  return () => {
    clearInterval(timer);
    progress.stop();
  };
}

/** The first line of a member that is done is that of `defrag`. */
function endText(step: RollingStep): string {
  const { member, state, took, sizeBytes, newSizeBytes = sizeBytes, reason, unusedBytes } = step;
  const name = nameOf(step);
  if (state === 'skipped') return `${name} skipped: ${reason}, ${formatByteSize(unusedBytes)} unused`;
  const sizes = `${formatByteSize(sizeBytes)} before, ${formatByteSize(newSizeBytes)} now`;
  return `Finished defragmenting etcd member[${member.endpoint}]. took ${took}\n${name}: ${sizes}`;
}

export function stoppedError({ steps, problems }: RollingOutcome): CommandError {
  const of = (...states: RollingStep['state'][]) => steps.filter(({ state }) => states.includes(state));
  const left = of('planned');
  const done = of('defragmented');
  const reasons = [...problems, `defragmented: ${namesOf(done)}`, `not touched: ${namesOf(left)}`];
  if (left.length === 0 && of('failed').length === 0) {
    return new CommandError('all members were defragmented, but the cluster is not healthy afterwards', {
      reasons: problems,
    });
  }
  return new CommandError(
    `the rolling defragmentation stopped after ${done.length} of ${done.length + left.length + of('failed').length} members`,
    {
      reasons: [
        ...reasons,
        'when all members are healthy, run the command again; --min-reclaim leaves out those that are done',
      ],
    },
  );
}

function namesOf(steps: readonly RollingStep[]): string {
  return steps.length === 0 ? 'none' : steps.map(nameOf).join(', ');
}

function nameOf({ member }: RollingStep): string {
  return member.name || member.endpoint;
}

function reportOf(
  { steps, problems }: RollingOutcome,
  { isDryRun, movesLeader }: Pick<RollingDefragOptions, 'isDryRun' | 'movesLeader'>,
): RollingDefrag {
  const members = steps.map(({ member, role, state, ...step }) => ({
    endpoint: member.endpoint,
    id: member.id,
    name: member.name,
    role,
    state: state === 'planned' && !isDryRun ? ('untouched' as const) : state,
    sizeBytes: step.sizeBytes,
    unusedBytes: step.unusedBytes,
    newSizeBytes: step.newSizeBytes,
    took: step.took,
    reason: step.reason,
  }));
  return { isDryRun, movesLeader, members, problems };
}
