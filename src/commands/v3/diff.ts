import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { boolFlag, type FlagValues, int64Flag, stringFlag } from '../../cli/flags.js';
import { bytesFromText } from '../../go/bytes.js';
import { AlreadyReportedError, Failure, FailureWithStatus, UsageError } from '../../model/errors.js';
import { ExitCode } from '../../model/exit-code.js';

export interface DiffOptions {
  readonly before: DiffSide & { readonly path: string };
  readonly after: DiffSide;
  readonly prefix: Uint8Array;
  readonly withValues: boolean;
  /** Whether keys with equal values differ when their revisions, versions or leases do. */
  readonly comparesMetadata: boolean;
}

export interface DiffSide {
  /** `undefined`: the cluster. */
  readonly path: string | undefined;
  /** 0: the newest one. */
  readonly revision: bigint;
}

const diffFlags = {
  prefix: stringFlag('', 'compare only the keys with this prefix'),
  values: boolFlag(false, 'print the values that differ'),
  metadata: boolFlag(false, 'keys differ also in create revision, mod revision, version and lease'),
  'before-rev': int64Flag(0n, 'revision of the first store; 0: its newest one'),
  'after-rev': int64Flag(0n, 'revision of the second store; 0: its newest one'),
};

export function registerDiff(parent: CommandParent, run = runDiff): void {
  parent.command({
    name: 'diff',
    isAddition: true,
    group: 'kv',
    usage: '<before> [after]',
    summary: 'Compare the keys of a snapshot with those of another one, or of the cluster',
    description: [
      'Both arguments are snapshots; without the second one, the first is compared with the cluster. Each store is read at one',
      'revision. Prints the numbers of keys that were added, removed and changed, and of those that are equal, then one line for',
      'each that differs: + added, - removed, ~ changed. A key that was written again with the same value is equal.',
      'Status 0: the keys are equal; 1: they differ; 2: they could not be compared. The fields of -w json:',
      'https://github.com/etcdctl-ts/etcdctl-ts/blob/main/docs/operators.md',
    ].join('\n'),
    examples: [
      '# What has changed since the backup',
      'etcdctl diff backup.db',
      'etcdctl diff monday.db tuesday.db --prefix /registry/secrets/ --values',
      '# Between two revisions of one snapshot',
      'etcdctl diff backup.db backup.db --before-rev=1200',
    ],
    flags: diffFlags,
    deadline: ({ after }) => (after.path === undefined ? 'command-timeout' : 'node'),
    result: 'store-diff',
    toOptions: toDiffOptions,
    run,
  });
}

export function toDiffOptions(args: readonly string[], flags: FlagValues<typeof diffFlags>): DiffOptions {
  const [before, after] = args;
  if (before === undefined || args.length > 2) {
    throw new UsageError('diff command needs one snapshot as argument, or two');
  }
  const [beforeRevision, afterRevision] = [flags['before-rev'], flags['after-rev']];
  if (beforeRevision < 0n || afterRevision < 0n) throw new UsageError('a revision must not be negative');
  return {
    before: { path: before, revision: beforeRevision },
    after: { path: after, revision: afterRevision },
    prefix: bytesFromText(flags.prefix),
    withValues: flags.values,
    comparesMetadata: flags.metadata,
  };
}

/** As of the program diff. */
const TROUBLE = 2;

export async function runDiff(options: DiffOptions, context: CommandContext): Promise<void> {
  const { withDiff } = await import('./diff/comparison.js');
  let isEqual = true;
  try {
    await withDiff(options, context, async (diff) => {
      isEqual = diff.added + diff.removed + diff.changed === 0;
      await context.emit({ kind: 'store-diff', diff });
    });
  } catch (cause) {
    if (!(cause instanceof Failure)) throw cause;
    throw new FailureWithStatus(TROUBLE, cause.message, { cause, reasons: cause.reasons });
  }
  if (!isEqual) throw new AlreadyReportedError(ExitCode.error);
}
