import { boolFlag, type FlagValues } from '../../../cli/flags.js';
import { bytesFromText } from '../../../go/bytes.js';
import { UsageError } from '../../../model/errors.js';
import { type KeyRange, prefixEnd, ZERO_BYTE } from '../../../model/key-range.js';

export const permissionRangeFlags = {
  prefix: boolFlag(false, 'all keys with the prefix <key>'),
  'from-key': boolFlag(false, '<key> and all keys after it, in byte order'),
};

const EXCLUSIVE = '--from-key and --prefix flags are mutually exclusive';

/**
 * The key range of a permission. An empty key becomes the smallest key, and the range end after an
 * empty key is ignored.
 */
export function permissionRange(
  key: string,
  end: string | undefined,
  given: FlagValues<typeof permissionRangeFlags>,
): KeyRange {
  const { prefix, 'from-key': fromKey } = given;
  if (key !== '' && end !== undefined) {
    if (prefix) throw new UsageError('unexpected endkey argument with --prefix flag');
    if (fromKey) throw new UsageError('unexpected endkey argument with --from-key flag');
    return { key: bytesFromText(key), rangeEnd: bytesFromText(end) };
  }
  if (prefix && fromKey) throw new UsageError(EXCLUSIVE);
  if (key === '') return { key: ZERO_BYTE, ...((prefix || fromKey) && { rangeEnd: ZERO_BYTE }) };
  const bytes = bytesFromText(key);
  if (prefix) return { key: bytes, rangeEnd: prefixEnd(bytes) };
  return { key: bytes, ...(fromKey && { rangeEnd: ZERO_BYTE }) };
}
