import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { boolFlag, type FlagValues, stringFlag, uintFlag } from '../../cli/flags.js';
import type { LeasePolicy } from '../../client/import/lease-grants.js';
import { bytesFromText } from '../../go/bytes.js';
import { UsageError } from '../../model/errors.js';

export interface ImportOptions {
  /** `-`: standard input. */
  readonly file: string;
  readonly prefix: Uint8Array;
  /** Replaces the prefix. */
  readonly replacement: Uint8Array;
  readonly leases: LeasePolicy;
  readonly isDryRun: boolean;
  /** With a dry run: print each key that would change. */
  readonly listsChanges: boolean;
  /** Accept a file that was edited. */
  readonly isUnchecked: boolean;
  readonly maxTxnOps: number;
}

const POLICIES: readonly LeasePolicy[] = ['grant', 'drop', 'skip'];

const flags = {
  'dry-run': boolFlag(false, 'write nothing; say how many keys are new, changed and unchanged'),
  changes: boolFlag(false, 'with --dry-run: also print each key that is new or changed'),
  prefix: stringFlag('', 'import only keys with this prefix'),
  'dest-prefix': stringFlag('', 'replace --prefix with this prefix'),
  'no-dest-prefix': boolFlag(false, 'remove --prefix from the keys'),
  leases: stringFlag(
    'grant',
    'keys with a lease: grant a new lease with the full time to live, drop the lease, or skip the key',
    { choices: POLICIES },
  ),
  unchecked: boolFlag(
    false,
    'accept an export that was edited: without its first and last line and its checksum',
  ),
  'max-txn-ops': uintFlag(128, 'maximum number of writes in one transaction'),
};
type Flags = FlagValues<typeof flags>;

export function registerImport(parent: CommandParent, run = runImport): void {
  parent.command({
    name: 'import',
    isAddition: true,
    group: 'kv',
    usage: '[file]',
    summary: 'Write the keys of an export to the cluster',
    description: [
      'Reads the file, or standard input without one or with -. A file is checked as a whole before the first key is written;',
      'standard input is checked at its end. Keys that the export does not have stay as they are.',
      '',
      'Several transactions are on their way at a time, so other clients can see a part of the keys. After a failure, the same import can',
      'be run again: it writes the same keys again. Revisions and versions of the keys are those of the new writes. By default, a key with',
      'a lease gets a new lease with the time to live that the old one was granted: it disappears after that time.',
    ].join('\n'),
    examples: [
      'etcdctl import config.jsonl --dry-run',
      'etcdctl import config.jsonl',
      '# Copy a prefix to another name in the same cluster',
      'etcdctl export app/ --prefix | etcdctl import --prefix=app/ --dest-prefix=app-copy/',
      '# Import a part of an export',
      "jq -c 'select(.key)' config.jsonl | etcdctl import --unchecked --leases=drop",
    ],
    flags,
    deadline: 'command-timeout',
    result: 'import-report',
    toOptions: toImportOptions,
    run,
  });
}

function toImportOptions(args: readonly string[], given: Flags): ImportOptions {
  const [file = '-'] = args;
  if (args.length > 1) throw new UsageError('import takes at most one file');
  const dropsPrefix = given['no-dest-prefix'];
  if (dropsPrefix && given['dest-prefix'] !== '') {
    throw new UsageError('`--dest-prefix` and `--no-dest-prefix` cannot be set at the same time, choose one');
  }
  const leases = POLICIES.find((policy) => policy === given.leases);
  if (leases === undefined) {
    throw new UsageError(`--leases must be grant, drop or skip, not ${given.leases}`, 'choice');
  }
  if (given.changes && !given['dry-run']) throw new UsageError('--changes needs --dry-run');
  return {
    file,
    prefix: bytesFromText(given.prefix),
    replacement: bytesFromText(dropsPrefix ? '' : given['dest-prefix'] || given.prefix),
    leases,
    isDryRun: given['dry-run'],
    listsChanges: given.changes,
    isUnchecked: given.unchecked,
    maxTxnOps: given['max-txn-ops'] || 128,
  };
}

export async function runImport(options: ImportOptions, context: CommandContext): Promise<void> {
  const { Import } = await import('./import/import-run.js');
  await new Import(options, context).run();
}
