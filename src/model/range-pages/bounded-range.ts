import { ServerError } from '../errors.js';
import type { RangeResponse } from '../messages/kv.js';
import type { KvService } from '../services.js';
import type { PageLimit } from './page-limit.js';

/** Where pages are read from; both may connect when they are first called. */
export interface RangeReader {
  /** Refuses answers above `LARGEST_PAGE_BYTES` as `ResourceExhausted`, at best. */
  bounded(): Promise<KvService>;
  /** Takes an answer of any size: for a single pair that is larger than a page may be. */
  unbounded(): Promise<KvService>;
}

/** Asks for a page, and for a smaller one as long as the answer is too large. */
export async function rangeWithin(
  limit: PageLimit,
  reader: RangeReader,
  ask: (kv: KvService, keys: number) => Promise<RangeResponse>,
): Promise<RangeResponse> {
  let mayShrink = true;
  for (;;) {
    const { keys } = limit;
    try {
      const response = await ask(await (mayShrink ? reader.bounded() : reader.unbounded()), keys);
      limit.accepted(response.kvs);
      return response;
    } catch (error) {
      if (!mayShrink || !isTooLarge(error)) throw error;
      mayShrink = limit.refused(keys);
    }
  }
}

/** Too large for the client, or for the server to send; so does a server answer that has too much to do. */
export function isTooLarge(error: unknown): boolean {
  return error instanceof ServerError && error.code === 'ResourceExhausted';
}
