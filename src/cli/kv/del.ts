import { quoteGo } from '../../go/quote.js';
import { UsageError } from '../../model/errors.js';
import type { KeyRange } from '../../model/key-range.js';
import type { DeleteRangeRequest } from '../../model/messages/kv.js';
import type { CommandContext } from '../context.js';
import { boolFlag, type FlagValues } from '../flags.js';
import { keyRangeFromArguments, rejectPrefixWithFromKey } from '../key-range-arguments.js';

/** How long a user has to think again when the second argument might have been meant as a second key. */
const SECOND_THOUGHT_MS = 2000;

/** The arguments of `del`, given on the command line or as a request inside a transaction. */
export interface DelOptions {
  readonly range: KeyRange;
  readonly prevKv: boolean;
  /** A range end came without `--range`: warn and wait before anything is deleted. */
  readonly warnsFirst: boolean;
}

export const delFlags = {
  prefix: boolFlag(false, 'delete all keys with the prefix <key>'),
  'from-key': boolFlag(false, 'delete <key> and all keys after it, in byte order'),
  'prev-kv': boolFlag(false, 'also print the deleted key-value pairs'),
  range: boolFlag(false, 'delete from <key> up to range_end without the delay of two seconds'),
};

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

/** Settles at once, or, where a range may be deleted by mistake, after the time in which it can be prevented. */
export async function allowSecondThoughts(
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
  await clock.sleep(SECOND_THOUGHT_MS, signal);
}
