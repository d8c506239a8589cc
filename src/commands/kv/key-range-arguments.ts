import { bytesFromText } from '../../go/bytes.js';
import { UsageError } from '../../model/errors.js';
import { fromKeyRange, type KeyRange, prefixRange } from '../../model/key-range.js';

interface RangeFlags {
  readonly prefix: boolean;
  readonly fromKey: boolean;
}

/** Throws a `UsageError` when `--prefix` and `--from-key` are both set. */
export function rejectPrefixWithFromKey(flags: RangeFlags): void {
  if (flags.prefix && flags.fromKey) {
    throw new UsageError('`--prefix` and `--from-key` cannot be set at the same time, choose one');
  }
}

/**
 * The key range of `<key> [range_end]` and the flags of get and del. Throws a `UsageError` for a range end with one of the
 * flags.
 */
export function keyRangeFromArguments(
  key: string,
  rangeEnd: string | undefined,
  flags: RangeFlags,
): KeyRange {
  if (rangeEnd !== undefined) {
    if (flags.prefix || flags.fromKey) {
      throw new UsageError(
        'too many arguments, only accept one argument when `--prefix` or `--from-key` is set',
      );
    }
    return { key: bytesFromText(key), rangeEnd: bytesFromText(rangeEnd) };
  }
  const bytes = bytesFromText(key);
  if (flags.prefix) return prefixRange(bytes);
  return flags.fromKey ? fromKeyRange(bytes) : { key: bytes };
}
