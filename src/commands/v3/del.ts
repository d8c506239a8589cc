import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { boolFlag, type FlagValues } from '../../cli/flags.js';
import { quoteGo } from '../../go/quote.js';
import { CommandError, UsageError } from '../../model/errors.js';
import type { KeyRange } from '../../model/key-range.js';
import type { DeleteRangeRequest } from '../../model/messages/kv.js';
import { keyRangeFromArguments, rejectPrefixWithFromKey } from '../kv/key-range-arguments.js';

/** The delay before a range is deleted whose end might have been meant as a second key. */
const RANGE_DELETION_DELAY_MS = 2000;

/** The options of `del`, on the command line or as a request of a transaction. */
export interface DelOptions {
  readonly range: KeyRange;
  readonly prevKv: boolean;
  /** A range end is given without `--range`: print a warning and wait before the range is deleted. */
  readonly warnsFirst: boolean;
}

export const delFlags = {
  prefix: boolFlag(false, 'delete all keys with the prefix <key>'),
  'from-key': boolFlag(false, 'delete <key> and all keys after it, in byte order'),
  'prev-kv': boolFlag(false, 'also print the deleted key-value pairs'),
  range: boolFlag(false, 'delete from <key> up to range_end without the delay of two seconds'),
};

/** The options of `del` on the command line. */
export interface DelCommandOptions extends DelOptions {
  /** `--yes`: no question, and no delay. */
  readonly isConfirmed: boolean;
  readonly isDryRun: boolean;
}

/** Not for requests of transactions. */
const commandFlags = {
  ...delFlags,
  yes: boolFlag(false, 'on a terminal, delete a range without a question', { isAddition: true }),
  'dry-run': boolFlag(false, 'print the keys and their number, and delete nothing', { isAddition: true }),
};

export function registerDel(parent: CommandParent, run = runDel): void {
  parent.command({
    name: 'del',
    group: 'kv',
    usage: '<key> [range_end]',
    summary: 'Delete a key or a range of keys',
    description: [
      'Prints the number of deleted keys. With range_end, the range is [<key>, range_end): it does not include range_end. A range that',
      'is deleted by a person at a terminal needs an answer first; in scripts, pipes and background jobs there is no question.',
    ].join('\n'),
    examples: [
      'etcdctl del config',
      '# List the keys that would be deleted',
      'etcdctl del registry/ --prefix --dry-run',
      'etcdctl del registry/ --prefix',
      '# Delete all keys from a up to, but not including, n',
      'etcdctl del a n --range',
    ],
    flags: commandFlags,
    deadline: 'command-timeout',
    result: 'delete-range',
    toOptions: (args, given): DelCommandOptions => ({
      ...toDelOptions(args, given),
      isConfirmed: given.yes,
      isDryRun: given['dry-run'],
    }),
    run,
  });
}

export function toDelOptions(args: readonly string[], given: FlagValues<typeof delFlags>): DelOptions {
  const [key, rangeEnd] = args;
  if (key === undefined || args.length > 2) {
    throw new UsageError('del command needs one argument as key and an optional argument as range_end');
  }
  const rangeFlags = { prefix: given.prefix, fromKey: given['from-key'] };
  rejectPrefixWithFromKey(rangeFlags);
  return {
    range: keyRangeFromArguments(key, rangeEnd, rangeFlags),
    prevKv: given['prev-kv'],
    warnsFirst: rangeEnd !== undefined && !given.range,
  };
}

export function toDeleteRangeRequest({ range, prevKv }: DelOptions): DeleteRangeRequest {
  return { key: range.key, ...(range.rangeEnd && { rangeEnd: range.rangeEnd }), prevKv };
}

export async function runDel(options: DelCommandOptions, context: CommandContext): Promise<void> {
  if (options.isDryRun) {
    const { showDeletion } = await import('../kv/range-deletion.js');
    return showDeletion(options.range, options.prevKv, context);
  }
  await guardRangeDeletion(options, context);
  const client = await context.connect();
  const response = await client.kv.deleteRange(toDeleteRangeRequest(options), { signal: context.signal });
  await context.emit({ kind: 'delete-range', response });
}

/**
 * A person at a terminal is asked before a range is deleted. Everyone else, as in etcdctl, has two seconds to interrupt the deletion of
 * a range whose end might have been meant as a second key. Rejects when the answer is no.
 */
async function guardRangeDeletion(options: DelCommandOptions, context: CommandContext): Promise<void> {
  const { range, isConfirmed } = options;
  if (isConfirmed) return;
  if (range.rangeEnd === undefined || !context.prompt.isInteractive) {
    return delayRangeDeletion(options, context);
  }
  const { confirmDeletion } = await import('../kv/range-deletion.js');
  if (!(await confirmDeletion(range, context))) throw new CommandError('nothing was deleted');
}

/** Settles at once, or after a warning and a delay when a range may be deleted by mistake. An abort during the delay rejects. */
export async function delayRangeDeletion(
  { range, warnsFirst }: DelOptions,
  { notices, clock, signal }: Pick<CommandContext, 'notices' | 'clock' | 'signal'>,
): Promise<void> {
  if (!warnsFirst) return;
  const { key, rangeEnd = new Uint8Array() } = range;
  notices.line(
    `Warning: Keys between ${quoteGo(key)} and ${quoteGo(rangeEnd)} will be deleted. ` +
      'Please interrupt the command within next 2 seconds to cancel. ' +
      'You can provide `--range` flag to avoid the delay.',
  );
  await clock.sleep(RANGE_DELETION_DELAY_MS, signal);
}
