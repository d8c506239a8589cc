import { stat } from 'node:fs/promises';
import type { CommandContext, Progress } from '../../cli/context.js';
import { formatDuration, nanosecondsFromMilliseconds } from '../../go/duration.js';
import { systemPath } from '../../go/file-path.js';
import { pathErrorText } from '../../go/system-error.js';
import { CommandError } from '../../model/errors.js';
import type { ByteSource } from '../../storage/byte-source.js';
import type { LongTaskOptions } from '../../storage/long-task.js';

/** Rejects with a `CommandError` when the file does not exist: `stat x: no such file or directory`. */
export async function requireFile(path: string): Promise<void> {
  try {
    await stat(systemPath(path));
  } catch (cause) {
    throw new CommandError(pathErrorText('stat', path, cause), { cause });
  }
}

/**
 * Opens a database file or a compressed snapshot for reading, runs the work and closes the file. Waits first until no server has the
 * file locked.
 */
export async function readFileWith<Value>(
  path: string,
  context: CommandContext,
  work: (source: ByteSource) => Promise<Value>,
): Promise<Value> {
  await requireFile(path);
  await waitForServer(path, context);
  const { openDatabase } = await import('../../storage/compressed/open-database.js');
  const source = await withProgress(`Decompressing ${path}`, context, (taskOptions) =>
    openDatabase(path, taskOptions),
  );
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

/** Runs work on a file with a progress display in bytes. The context's signal interrupts it. */
export function withProgress<Value>(
  label: string,
  context: Pick<CommandContext, 'notices' | 'signal'>,
  work: (taskOptions: LongTaskOptions) => Promise<Value>,
): Promise<Value> {
  return withDisplay(context.notices.progress(label), context.signal, work);
}

/** `withProgress` for work that counts keys or records. */
export function withCount<Value>(
  label: string,
  context: Pick<CommandContext, 'notices' | 'signal'>,
  work: (taskOptions: LongTaskOptions) => Promise<Value>,
): Promise<Value> {
  return withDisplay(context.notices.progress(label, 'count'), context.signal, work);
}

async function withDisplay<Value>(
  progress: Progress,
  signal: AbortSignal,
  work: (taskOptions: LongTaskOptions) => Promise<Value>,
): Promise<Value> {
  try {
    return await work({ signal, onProgress: (done, total) => progress.update(done, total) });
  } finally {
    progress.stop();
  }
}
