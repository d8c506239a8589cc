import type { CommandContext } from '../../../cli/context.js';
import { ServerError } from '../../../model/errors.js';
import type { LeaseKeepAliveResponse } from '../../../model/messages/lease.js';
import type { LeaseService } from '../../../model/services.js';

/** Before what failed is tried again. */
const RETRY_MS = 500;

/**
 * Renews a lease once. What may pass, such as a server that cannot be reached, is told to `onRetry` and tried again, without
 * an end (client/v3/lease.go `KeepAliveOnce`, 3.7.1, which does not pause). Rejects with a `ServerError`, also when the
 * lease does not exist, or with the signal's reason.
 */
export async function renewOnce(
  { leaseKeepAlive }: Pick<LeaseService, 'leaseKeepAlive'>,
  id: bigint,
  {
    clock,
    signal,
    onRetry,
  }: Pick<CommandContext, 'clock' | 'signal'> & { onRetry(error: ServerError): void },
): Promise<LeaseKeepAliveResponse> {
  for (;;) {
    try {
      const response = await firstOf(leaseKeepAlive(only({ id }), { signal }));
      if (response.ttl > 0n) return response;
      throw new ServerError('etcdserver: requested lease not found', 'NotFound');
    } catch (error) {
      if (!(error instanceof ServerError) || !mayPass(error)) throw error;
      onRetry(error);
    }
    await clock.sleep(RETRY_MS, signal);
  }
}

/** client/v3/client.go `isHaltErr`. */
function mayPass({ code }: ServerError): boolean {
  return code === 'Unavailable' || code === 'Internal';
}

async function firstOf<Item>(items: AsyncIterable<Item>): Promise<Item> {
  for await (const item of items) return item;
  throw new ServerError('EOF', 'Unknown');
}

async function* only<Item>(item: Item): AsyncGenerator<Item, void, undefined> {
  yield item;
}
