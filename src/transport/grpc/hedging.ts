import { abortController } from '../../model/abort-signal.js';
import { type AttemptContext, CancellableContext } from './call-context.js';
import { Countdown } from './countdown.js';
import type { EndpointChannel } from './endpoint-channel.js';
import type { EndpointPool } from './endpoint-pool.js';

/** Without a response for this time, the call is also made on another endpoint. */
const HEDGING_DELAY_MS = 1000;

export interface HedgedCall<Result> {
  readonly pool: EndpointPool;
  readonly context: AttemptContext;
  /** Makes the call once; must end when its context is done. */
  readonly attempt: (channel: EndpointChannel, context: AttemptContext) => Promise<Result>;
}

/**
 * Makes an idempotent call on an endpoint, and after each second without a response on one more. The first response is used, and its
 * endpoint chosen for later calls (hedging, as in gRPC's proposal A6). Otherwise a member that is connected but does not answer would cost
 * each call its whole timeout.
 * @throws the error of the attempt that failed last
 */
export function hedge<Result>(
  channel: EndpointChannel,
  { pool, context, attempt }: HedgedCall<Result>,
): Promise<Result> {
  const tried: EndpointChannel[] = [];
  const running = new Set<CancellableContext>();
  let search: AbortController | undefined;
  let timer: Countdown | undefined;
  const stop = () => {
    timer?.stop();
    search?.abort();
    for (const other of running) other.cancel(undefined);
  };
  return new Promise((resolve, reject) => {
    const begin = (next: EndpointChannel) => {
      const own = new CancellableContext(context);
      tried.push(next);
      running.add(own);
      if (tried.length < pool.size) timer = new Countdown(HEDGING_DELAY_MS, beginElsewhere);
      attempt(next, own).then(
        (result) => {
          running.delete(own);
          own.cancel(undefined);
          stop();
          if (tried.length > 1) pool.use(next);
          resolve(result);
        },
        (error: unknown) => {
          running.delete(own);
          own.cancel(undefined);
          if (running.size > 0) return;
          stop();
          reject(error);
        },
      );
    };
    const beginElsewhere = () => {
      search = abortController();
      pool.pickOther(tried, search.signal).then(begin, () => undefined);
    };
    begin(channel);
  });
}
