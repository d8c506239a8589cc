/** The work of `snapshot restore --local`. */
import type { CommandContext } from '../../../cli/context.js';
import { plannedStep, Steps, type Work } from '../../../cli/steps.js';
import { joinPath } from '../../../go/file-path.js';
import { CommandError, Failure } from '../../../model/errors.js';
import type { LocalRestore } from '../../../model/maintenance-reports.js';
import { isNameFree } from '../../../storage/directory.js';
import {
  clearLeftover,
  DataReplacement,
  type Leftover,
  type OldDirectory,
} from '../../../storage/restore/data-replacement.js';
import { restoreSnapshot } from '../../../storage/restore/restore.js';
import { withProgress } from '../database-file.js';
import { type LocalRestoreOptions, restoredLines, type SnapshotRestoreOptions } from '../snapshot-restore.js';
import { afterwards, otherMembers, recommendations } from './advice.js';
import { lookAt, refusal, type Situation } from './situation.js';

export async function restoreOnNode(
  options: SnapshotRestoreOptions,
  local: LocalRestoreOptions,
  context: CommandContext,
): Promise<void> {
  const situation = await lookAt(options, local.root, context);
  const restoration = new Restoration(situation, local, context);
  const { obstacles } = situation;
  if (local.isDryRun) await restoration.show();
  if (obstacles.length > 0) throw refusal(obstacles);
  if (local.isDryRun) return;
  // In another format, the report is printed when it is complete: nobody would have seen what the question is about.
  const isAsked = !local.isConfirmed && context.prompt.isInteractive && context.format === 'simple';
  if (!local.isConfirmed && !isAsked) {
    await restoration.show();
    throw new CommandError('nothing was changed: --yes does these steps without questions');
  }
  return restoration.run(isAsked);
}

class Restoration {
  readonly #situation: Situation;
  readonly #local: LocalRestoreOptions;
  readonly #context: CommandContext;
  readonly #steps: Steps;
  #replacement: DataReplacement | undefined;

  constructor(situation: Situation, local: LocalRestoreOptions, context: CommandContext) {
    this.#situation = situation;
    this.#local = local;
    this.#context = context;
    const [first, ...others] = [...this.#clearing(), this.#writing(), this.#replacing()];
    const question = `Restore ${situation.options.snapshotPath} onto this node?`;
    this.#steps = new Steps(first === undefined ? [] : [{ ...first, question }, ...others], context);
  }

  async show(): Promise<void> {
    const problems = this.#situation.obstacles.flatMap(({ problem, advice }) => [problem, ...advice]);
    await this.#context.emit({ kind: 'local-restore', report: this.#report(true, problems) });
  }

  async run(isAsked: boolean): Promise<void> {
    const { format, emit, notices } = this.#context;
    if (format === 'simple') await emit({ kind: 'local-restore', report: this.#report(false, []) });
    let problems: readonly string[] = [];
    try {
      await this.#steps.run(isAsked);
      for (const line of restoredLines(this.#situation.options, this.#situation.plan)) notices.line(line);
      for (const directory of this.#oldDirectories()) notices.line(`the old data is in ${directory}`);
    } catch (error) {
      if (error instanceof Failure) problems = [...error.reasons, error.message];
      throw error;
    } finally {
      this.#replacement?.end();
      if (format !== 'simple') await emit({ kind: 'local-restore', report: this.#report(false, problems) });
    }
  }

  #clearing(): Work[] {
    const { leftover } = this.#situation;
    if (leftover === undefined || leftover.state === 'running') return [];
    return [{ step: plannedStep('clear', clearingText(leftover)), run: () => clearLeftover(leftover) }];
  }

  #writing(): Work {
    const { options, data, wal, nestedWal, plan, seen } = this.#situation;
    const { snapshotPath } = options;
    return {
      step: plannedStep('write', `Write new data from ${snapshotPath} beside ${data.path}`),
      run: async () => {
        const began = new Date().toISOString().replace(/\.\d+/, '');
        const replacement = await DataReplacement.begin({ data, wal, snapshotPath, began, seen });
        this.#replacement = replacement;
        const { newData, newWal } = replacement;
        const walDirectory = nestedWal === undefined ? newWal : joinPath(newData, nestedWal);
        await withProgress(`Restoring ${snapshotPath}`, this.#context, (taskOptions) =>
          restoreSnapshot({ ...options, ...taskOptions, plan, dataDirectory: newData, walDirectory }),
        );
        const problem = replacement.keepOwner();
        if (problem === undefined) return;
        const { notices } = this.#context;
        notices.line(`the new files do not have the owner of the old ones: ${problem}`);
      },
    };
  }

  #replacing(): Work {
    return {
      step: plannedStep('replace', replacingText(this.#situation)),
      run: async () => {
        this.#context.signal.throwIfAborted();
        await this.#replacement?.replace();
      },
    };
  }

  #report(isPlan: boolean, problems: readonly string[]): LocalRestore {
    const { options, settings } = this.#situation;
    return {
      isDryRun: isPlan && this.#local.isDryRun,
      snapshot: options.snapshotPath,
      settings,
      oldDirectories: this.#oldDirectories(),
      others: otherMembers(this.#situation, this.#local),
      steps: this.#steps.now,
      recommendations: recommendations(this.#situation, this.#local),
      afterwards: afterwards(this.#situation),
      problems,
    };
  }

  #oldDirectories(): string[] {
    const { data, wal } = this.#situation;
    const old = [data, ...(wal === undefined ? [] : [wal])];
    const isDone = this.#steps.now.at(-1)?.state === 'done';
    return old.filter(({ path, aside }) => !isNameFree(isDone ? aside : path)).map(({ aside }) => aside);
  }
}

function clearingText({ journal, state, oldData, workDirectory }: Leftover): string {
  const earlier = `An earlier restore of ${journal.snapshot}, begun at ${journal.began}, was killed`;
  if (state === 'writing')
    return `${earlier} before it changed anything: remove its files in ${workDirectory}`;
  if (state === 'replacing') {
    return `${earlier} while it replaced the data${oldData === undefined ? '' : `: put the old data back from ${oldData}`}`;
  }
  return `${earlier} when the new data was in place; the data from before it is in ${oldData ?? 'no directory'}`;
}

function replacingText({ data, wal, leftover }: Situation): string {
  const old = [data, ...(wal === undefined ? [] : [wal])];
  return old.map((each) => replacementText(each, leftover?.state === 'replacing')).join('; ');
}

function replacementText({ path, aside, isMountPoint }: OldDirectory, comesBack: boolean): string {
  if (isNameFree(path) && !comesBack) return `Rename the new directory to ${path}, which does not exist`;
  const what = isMountPoint ? `Move the contents of ${path}, a mount point,` : `Rename ${path}`;
  return `${what} to ${aside}, and put the new directory in its place`;
}
