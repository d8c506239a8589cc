import { parseInt64 } from '../../go/number.js';
import { UsageError } from '../../model/errors.js';

/** Parses a lease id: hexadecimal, signed. `what` names it in the message of the `UsageError`, as in etcdctl. */
export function parseLeaseId(text: string, what: 'lease ID' | 'lease ID arg'): bigint {
  try {
    return parseInt64(text, 16);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`bad ${what} (${why}), expecting ID in Hex`, 'arguments', { cause });
  }
}

/** The only argument as a lease id. Throws a `UsageError` with the given message for any other number of arguments. */
export function leaseIdArgument(args: readonly string[], message: string): bigint {
  const [id] = args;
  if (id === undefined || args.length > 1) throw new UsageError(message);
  return parseLeaseId(id, 'lease ID arg');
}
