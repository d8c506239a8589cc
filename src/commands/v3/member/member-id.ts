import { parseUint64 } from '../../../go/number.js';
import { GoParseError } from '../../../go/parse-error.js';
import { UsageError } from '../../../model/errors.js';

/** The only argument as a member id in hexadecimal, the form in which all commands print it. */
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
