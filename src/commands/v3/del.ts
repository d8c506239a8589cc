import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { boolFlag, type FlagValues } from '../../cli/flags.js';
import { keyRangeFromArguments, rejectPrefixWithFromKey } from '../../cli/key-range-arguments.js';
import { UsageError } from '../../model/errors.js';
import { quoteGo } from '../../model/go/quote.js';
import type { KeyRange } from '../../model/key-range.js';
import type { DeleteRangeRequest } from '../../model/messages.js';

/** How long a user has to think again when the second argument might have been meant as a second key. */
const SECOND_THOUGHT_MS = 2000;

export interface DelOptions {
  readonly range: KeyRange;
  readonly prevKv: boolean;
  /** A range end came without `--range`: warn and wait before anything is deleted. */
  readonly warnsFirst: boolean;
}

const flags = {
  prefix: boolFlag(false, 'all keys that begin with <key>'),
  'from-key': boolFlag(false, 'all keys from <key> on, in byte order'),
  'prev-kv': boolFlag(false, 'also print the keys and values that were deleted'),
  range: boolFlag(false, 'delete from <key> to range_end without the two seconds for second thoughts'),
};

export function registerDel(parent: CommandParent, run = runDel): void {
  parent.command({
    name: 'del',
    group: 'kv',
    usage: '<key> [range_end]',
    summary: 'Delete a key, or a range of keys, and print how many there were',
    description: 'With range_end, the range is all keys from <key> up to, but not including, range_end.',
    flags,
    deadline: 'command-timeout',
    result: 'delete-range',
    toOptions: toDelOptions,
    run,
  });
}

function toDelOptions(args: readonly string[], given: FlagValues<typeof flags>): DelOptions {
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

export async function runDel(options: DelOptions, context: CommandContext): Promise<void> {
  if (options.warnsFirst) {
    const { key, rangeEnd } = options.range;
    context.notices.line(
      `Warning: Keys between ${quoteGo(key)} and ${quoteGo(rangeEnd ?? new Uint8Array())} will be deleted. ` +
        'Please interrupt the command within next 2 seconds to cancel. ' +
        'You can provide `--range` flag to avoid the delay.',
    );
    await context.clock.sleep(SECOND_THOUGHT_MS, context.signal);
  }
  const client = await context.connect();
  const response = await client.kv.deleteRange(toDeleteRangeRequest(options), { signal: context.signal });
  await context.emit({ kind: 'delete-range', response });
}
