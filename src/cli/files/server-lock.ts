import { formatDuration, nanosecondsFromMilliseconds } from '../../go/duration.js';
import { CommandError } from '../../model/errors.js';
import type { CommandContext } from '../context.js';

/** As often as bbolt looks. */
const RETRY_MS = 50;

/**
 * Settles when no server has the database file locked, as a running one has. Rejects with a `CommandError` when the
 * context's time for it is over.
 */
export async function waitForServer(
  path: string,
  { clock, lockTimeoutMs, notices, signal }: CommandContext,
): Promise<void> {
  const { lockHolder } = await import('../../storage/data-directory/lock-holder.js');
  let holder = lockHolder(path);
  if (holder.kind === 'unknown') {
    notices.line(`cannot detect on this system whether a server has ${path} open: make sure that none has`);
  }
  for (let waitedMs = 0; holder.kind === 'held'; waitedMs += RETRY_MS) {
    const who = `process ${holder.processId}, which holds the lock on ${path}`;
    if (lockTimeoutMs !== 0 && waitedMs >= lockTimeoutMs) {
      throw new CommandError(`timeout waiting for the lock of ${path}`, {
        reasons: [`stop ${who}`, 'to work on a running server, use etcdctl with --endpoints'],
      });
    }
    if (waitedMs === 0) notices.line(`waiting ${patience(lockTimeoutMs)} for ${who}`);
    await clock.sleep(RETRY_MS, signal);
    holder = lockHolder(path);
  }
}

function patience(timeoutMs: number): string {
  return timeoutMs === 0 ? 'without limit' : formatDuration(nanosecondsFromMilliseconds(timeoutMs));
}
