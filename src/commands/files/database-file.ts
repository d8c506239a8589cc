import { stat } from 'node:fs/promises';
import type { CommandContext } from '../../cli/context.js';
import { formatDuration, nanosecondsFromMilliseconds } from '../../go/duration.js';
import { systemPath } from '../../go/file-path.js';
import { pathErrorText } from '../../go/system-error.js';
import { CommandError } from '../../model/errors.js';
import type { FileByteSource } from '../../storage/byte-source.js';
import type { LongTaskOptions } from '../../storage/long-task.js';

/** Rejects with a `CommandError` when there is no such file: `stat x: no such file or directory`. */
export async function requireFile(path: string): Promise<void> {
  try {
    await stat(systemPath(path));
  } catch (cause) {
    throw new CommandError(pathErrorText('stat', path, cause), { cause });
  }
}

/** Lends a database file that no server is writing for the duration of the work, which only reads it. */
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

/** Shows on a terminal how far work on a file is, and lets the context's signal interrupt it. */
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
