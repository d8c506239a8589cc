import { isTooLargeRequest } from '../../model/errors.js';
import type { ImportChange } from '../../model/import.js';
import type { KvService } from '../../model/services.js';
import { isTooLargeResponse, type RangeReader } from '../range/page.js';

/** A key as it would be written. */
export interface PlannedPut {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly hasLease: boolean;
}

/** What the puts would change, in their order. What is too large for one request or response is read in halves. */
export async function plannedChanges(
  reader: RangeReader,
  puts: readonly PlannedPut[],
  signal: AbortSignal,
): Promise<readonly ImportChange[]> {
  try {
    return await compareWith(await reader.bounded(), puts, signal);
  } catch (error) {
    if (!isTooLargeResponse(error) && !isTooLargeRequest(error)) throw error;
    if (puts.length === 1) return compareWith(await reader.unbounded(), puts, signal);
    const half = Math.ceil(puts.length / 2);
    const first = await plannedChanges(reader, puts.slice(0, half), signal);
    return [...first, ...(await plannedChanges(reader, puts.slice(half), signal))];
  }
}

async function compareWith(
  kv: KvService,
  puts: readonly PlannedPut[],
  signal: AbortSignal,
): Promise<readonly ImportChange[]> {
  const success = puts.map(({ key }) => ({
    request: { $case: 'requestRange' as const, value: { key } },
  }));
  const { responses } = await kv.txn({ compare: [], success, failure: [] }, { signal });
  return puts.map(({ value, hasLease }, index) => {
    const { response } = responses[index] ?? {};
    const [current] = response?.$case === 'responseRange' ? response.value.kvs : [];
    if (current === undefined) return 'new';
    const isEqual = Buffer.compare(current.value, value) === 0;
    return isEqual && hasLease === (current.lease !== 0n) ? 'unchanged' : 'changed';
  });
}
