import { isEtcdError } from '../../model/errors.js';
import { HEALTH_PROBE_KEY } from '../../model/key-range.js';
import type { CallOptions, Client } from '../../model/services.js';

/**
 * The revision at which the member's store was last compacted, 0 when never. No call tells it, so the oldest revision that can be read is
 * searched, in about log2 of the current one reads.
 */
export async function findCompactedRevision(
  { kv }: Client,
  currentRevision: bigint,
  call: CallOptions,
): Promise<bigint> {
  const isReadable = async (revision: bigint) => {
    try {
      await kv.range({ key: HEALTH_PROBE_KEY, revision, limit: 1n, serializable: true }, call);
      return true;
    } catch (error) {
      if (isEtcdError(error, 'compacted')) return false;
      throw error;
    }
  };
  if (await isReadable(1n)) return 0n;
  let unreadable = 1n;
  let readable = currentRevision;
  while (readable - unreadable > 1n) {
    const middle = (readable + unreadable) / 2n;
    if (await isReadable(middle)) readable = middle;
    else unreadable = middle;
  }
  return readable;
}
