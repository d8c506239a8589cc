import type { CommandContext } from '../../cli/context.js';
import { UsageError } from '../../model/errors.js';
import type { KeyCounting, SnapshotStatus } from '../../storage/backend/snapshot-status.js';
import { readFileWith, withProgress } from './database-file.js';

export interface SnapshotStatusOptions {
  readonly path: string;
}

export function toSnapshotStatusOptions(args: readonly string[]): SnapshotStatusOptions {
  const [path] = args;
  if (path === undefined || args.length > 1) {
    throw new UsageError('snapshot status requires exactly one argument');
  }
  return { path };
}

/** Reads the whole file; does not modify it. */
export async function readSnapshotStatus(
  { path }: SnapshotStatusOptions,
  counting: KeyCounting,
  context: CommandContext,
): Promise<SnapshotStatus> {
  const { snapshotStatus } = await import('../../storage/backend/snapshot-status.js');
  const { BoltFile } = await import('../../storage/bolt/bolt-file.js');
  return readFileWith(path, context, (source) =>
    withProgress(`Reading ${path}`, context, (taskOptions) =>
      snapshotStatus(BoltFile.open(source), { ...taskOptions, counting }),
    ),
  );
}
