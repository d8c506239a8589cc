import { parseUint64 } from '../../../go/number.js';
import { GoParseError } from '../../../go/parse-error.js';
import { UsageError } from '../../../model/errors.js';

/** The member id, hexadecimal as all commands print it, that is the only argument. */
export function memberIdFromArguments(args: readonly string[]): bigint {
  const [id] = args;
  if (id === undefined || args.length > 1) throw new UsageError('member ID is not provided');
  try {
    return parseUint64(id, 16);
  } catch (cause) {
    if (!(cause instanceof GoParseError)) throw cause;
    throw new UsageError(`bad member ID arg (${cause.message}), expecting ID in Hex`, 'arguments', { cause });
  }
}
