import { parseLeaseId } from '../../../cli/lease-id.js';
import { UsageError } from '../../../model/errors.js';

/** The one argument of the commands that are about a lease; `complaint` is what any other number of arguments gets. */
export function leaseIdArgument(args: readonly string[], complaint: string): bigint {
  const [id] = args;
  if (id === undefined || args.length > 1) throw new UsageError(complaint);
  return parseLeaseId(id, 'lease ID arg');
}
