import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { boolFlag, stringFlag } from '../../cli/flags.js';
import {
  FIRST_WITH_STORAGE_VERSION,
  isOlder,
  type MinorVersion,
  minorVersionText,
} from '../../storage/backend/meta-bucket.js';
import type { Migration } from '../../storage/data-directory/migrate.js';
import { requireFile, waitForServer, withProgress } from '../files/database-file.js';
import { toTargetVersion } from '../files/snapshot-restore.js';

export interface MigrateOptions {
  readonly dataDirectory: string;
  readonly target: MinorVersion;
  readonly force: boolean;
}

const OLDEST: MinorVersion = { major: 3, minor: 5 };

export function registerMigrate(parent: CommandParent, run = runMigrate): void {
  parent.command({
    name: 'migrate',
    group: 'files',
    summary: 'Migrate a data directory to the schema of another etcd version',
    description: [
      'Versions from 3.5 on are supported. The server must be stopped: the command waits for its lock on the database, and fails',
      'after --timeout. The new file replaces the old one when it is complete and verified.',
    ].join('\n'),
    examples: ['etcdutl migrate --data-dir /var/lib/etcd --target-version 3.6'],
    flags: {
      'data-dir': stringFlag('', 'data directory of a stopped member', { isRequired: true }),
      'target-version': stringFlag('', 'etcd version to migrate to, such as 3.6', { isRequired: true }),
      force: boolFlag(false, 'set the version even if the WAL or an unknown version forbids it'),
    },
    deadline: 'files',
    toOptions: (_args, flags): MigrateOptions => ({
      dataDirectory: flags['data-dir'],
      target: toTargetVersion(flags['target-version'], OLDEST),
      force: flags.force,
    }),
    run,
  });
}

export async function runMigrate(options: MigrateOptions, context: CommandContext): Promise<void> {
  const { databasePath } = await import('../../storage/data-directory/layout.js');
  const { migrateDataDirectory } = await import('../../storage/data-directory/migrate.js');
  const path = databasePath(options.dataDirectory);
  await requireFile(path);
  await waitForServer(path, context);
  const { from, isChanged, overriddenError } = await withProgress(
    `Migrating ${path}`,
    context,
    (taskOptions) => migrateDataDirectory({ ...options, ...taskOptions }),
  );
  if (overriddenError !== undefined) context.notices.line(`forced despite: ${overriddenError}`);
  context.notices.line(outcomeText(options.target, { from, isChanged, overriddenError }));
}

/** The log message of etcdutl, because scripts match it. Where etcdutl logs fields, they follow as JSON after a tab. */
function outcomeText(target: MinorVersion, { from, isChanged, overriddenError }: Migration): string {
  const version = minorVersionText(target);
  if (!isChanged) return `storage version up-to-date\t{"storage-version": "${version}"}`;
  if (overriddenError === undefined) {
    return `updated storage version\t{"new-storage-version": "${version}.0", "old-storage-version": "${minorVersionText(from)}"}`;
  }
  return isOlder(target, FIRST_WITH_STORAGE_VERSION)
    ? 'forcefully cleared storage version'
    : `forcefully set storage version\t{"storage-version": "${version}"}`;
}
