import { CommandError, Failure } from '../model/errors.js';
import type { MaintenanceStep } from '../model/maintenance-reports.js';
import type { CommandContext } from './context.js';

/** A step of a command that changes a cluster in several steps. */
export interface Work {
  readonly step: MaintenanceStep;
  /** Asked before it, on a terminal: `Compact the store at revision 9?`. Absent: it is not asked about. */
  readonly question?: string;
  /** Rejects with a `Failure` when the step fails. */
  readonly run: () => Promise<void>;
}

export function plannedStep(name: string, text: string): MaintenanceStep {
  return { name, state: 'planned', text };
}

export function skippedStep(name: string, text: string): MaintenanceStep {
  return { name, state: 'skipped', text };
}

/**
 * Whether to ask before steps: not with `--yes`, and else on a terminal. Where nobody can be asked, shows what would be done, and rejects
 * with a `CommandError`.
 */
export async function asksBeforeSteps(
  { isConfirmed, prompt }: { readonly isConfirmed: boolean; readonly prompt: CommandContext['prompt'] },
  show: () => Promise<void>,
): Promise<boolean> {
  if (isConfirmed) return false;
  if (prompt.isInteractive) return true;
  await show();
  throw new CommandError('nothing was changed: --yes does these steps without questions');
}

/**
 * Steps that are shown before the first one is done, and done one after another. The first failure ends them; the command can be run
 * again, and then leaves out what is done.
 */
export class Steps {
  readonly #work: readonly Work[];
  readonly #context: Pick<CommandContext, 'prompt' | 'notices' | 'signal'>;
  #states: MaintenanceStep[];

  constructor(work: readonly Work[], context: Pick<CommandContext, 'prompt' | 'notices' | 'signal'>) {
    this.#work = work;
    this.#context = context;
    this.#states = work.map(({ step }) => step);
  }

  get now(): readonly MaintenanceStep[] {
    return [...this.#states];
  }

  /** Rejects with a `CommandError` that names the step. */
  async run(isAsked: boolean): Promise<void> {
    for (const [index, work] of this.#work.entries()) {
      if (work.step.state === 'planned') await this.#do(work, index, isAsked);
    }
  }

  async #do({ step, question, run }: Work, index: number, isAsked: boolean): Promise<void> {
    const { prompt, notices, signal } = this.#context;
    if (isAsked && question !== undefined && !(await prompt.confirm(question))) {
      this.#leaveRest();
      throw new CommandError(`stopped before step ${index + 1}; run the command again to go on`);
    }
    try {
      await run();
      this.#states[index] = { ...step, state: 'done' };
    } catch (error) {
      this.#states[index] = { ...step, state: 'failed' };
      this.#leaveRest();
      if (signal.aborted) {
        notices.line(`interrupted in step ${index + 1} (${step.name}); run the command again to go on`);
      }
      if (!(error instanceof Failure)) throw error;
      throw new CommandError(`step ${index + 1} failed (${step.name}); run the command again to go on`, {
        cause: error,
        reasons: [...error.reasons, error.message],
      });
    }
  }

  #leaveRest(): void {
    this.#states = this.#states.map((each) =>
      each.state === 'planned' ? { ...each, state: 'untouched' } : each,
    );
  }
}
