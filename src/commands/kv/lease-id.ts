import { parseInt64 } from '../../go/number.js';
import { UsageError } from '../../model/errors.js';

/** A lease's id in hexadecimal, signed; `what` names it in the refusal, as etcdctl does. */
export function parseLeaseId(text: string, what: 'lease ID' | 'lease ID arg'): bigint {
  try {
    return parseInt64(text, 16);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`bad ${what} (${why}), expecting ID in Hex`, 'arguments', { cause });
  }
}

/** The one argument of the commands that are about a lease; `complaint` is what any other number of arguments gets. */
export function leaseIdArgument(args: readonly string[], complaint: string): bigint {
  const [id] = args;
  if (id === undefined || args.length > 1) throw new UsageError(complaint);
  return parseLeaseId(id, 'lease ID arg');
}
