import type { MaintenanceService } from '../../model/services.js';
import type { Watch } from './watch-keys.js';

/** Kubernetes compacts what is older than five minutes; servers report progress only every ten. */
const REQUEST_EVERY_MS = 60_000;

export interface IdleProgressContext {
  readonly maintenance: Pick<MaintenanceService, 'status'>;
  readonly signal: AbortSignal;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/**
 * Requests the progress of a watch every minute, so that its position stays near the current revision while there are no events. Settles
 * when the signal aborts.
 */
export async function requestProgressWhileIdle(
  watch: Watch,
  { maintenance, signal, sleep }: IdleProgressContext,
): Promise<void> {
  let before = watch.position;
  let wasRequested = false;
  while (!signal.aborted) {
    await sleep(REQUEST_EVERY_MS, signal).catch(() => undefined);
    // The answer to the last request has moved the position.
    const isIdle: boolean = wasRequested || watch.position === before;
    wasRequested = !signal.aborted && isIdle && (await canRequest(maintenance, signal));
    if (wasRequested) watch.requestProgress();
    before = watch.position;
  }
}

async function canRequest(
  maintenance: IdleProgressContext['maintenance'],
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const { version } = await maintenance.status({}, { signal, timeoutMs: REQUEST_EVERY_MS });
    return ordersRequestedProgress(version);
  } catch {
    return false;
  }
}

/**
 * Before 3.4.25 and 3.5.8, the answer to such a request can arrive before events of earlier revisions
 * (https://github.com/etcd-io/etcd/issues/15220). What a server reports by itself is in order in every version.
 */
function ordersRequestedProgress(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split(/[.+-]/, 3).map(Number);
  if (major !== 3 || minor > 5) return major >= 3;
  return (minor === 5 && patch >= 8) || (minor === 4 && patch >= 25);
}
