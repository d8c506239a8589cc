import { stat } from 'node:fs/promises';
import type { CommandContext } from '../../cli/context.js';
import { formatDuration, nanosecondsFromMilliseconds } from '../../go/duration.js';
import { systemPath } from '../../go/file-path.js';
import { pathErrorText } from '../../go/system-error.js';
import { CommandError } from '../../model/errors.js';
import type { FileByteSource } from '../../storage/byte-source.js';
import type { LongTaskOptions } from '../../storage/long-task.js';

/** Rejects with a `CommandError` when the file does not exist: `stat x: no such file or directory`. */
export async function requireFile(path: string): Promise<void> {
  try {
    await stat(systemPath(path));
  } catch (cause) {
    throw new CommandError(pathErrorText('stat', path, cause), { cause });
  }
}

/** Opens a database file for reading, runs the work and closes the file. Waits first until no server has the file locked. */
export async function readFileWith<Value>(
  path: string,
  context: CommandContext,
  work: (source: FileByteSource) => Promise<Value>,
): Promise<Value> {
  await requireFile(path);
  await waitForServer(path, context);
  const { FileByteSource } = await import('../../storage/byte-source.js');
  const source = FileByteSource.open(path);
  try {
    return await work(source);
  } finally {
    source.close();
  }
}

/** The interval at which bbolt retries to lock a file. */
const RETRY_MS = 50;

/**
 * Settles when no server has the database file locked; a running server holds the lock. Rejects with a `CommandError`
 * after the lock timeout of the context.
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
    if (waitedMs === 0) notices.line(`waiting ${timeoutText(lockTimeoutMs)} for ${who}`);
    await clock.sleep(RETRY_MS, signal);
    holder = lockHolder(path);
  }
}

function timeoutText(timeoutMs: number): string {
  return timeoutMs === 0 ? 'without limit' : formatDuration(nanosecondsFromMilliseconds(timeoutMs));
}

/** Runs work on a file with a progress display. The context's signal interrupts it. */
export async function withProgress<Value>(
  label: string,
  { notices, signal }: Pick<CommandContext, 'notices' | 'signal'>,
  work: (taskOptions: LongTaskOptions) => Promise<Value>,
): Promise<Value> {
  const progress = notices.progress(label);
  try {
    return await work({ signal, onProgress: (done, total) => progress.update(done, total) });
  } finally {
    progress.stop();
  }
}
