import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { requireFile } from '../../cli/files/database-file.js';
import { withProgress } from '../../cli/files/progress.js';
import { waitForServer } from '../../cli/files/server-lock.js';
import { toTargetVersion } from '../../cli/files/target-version.js';
import { boolFlag, stringFlag } from '../../cli/flags.js';
import {
  FIRST_WITH_STORAGE_VERSION,
  isOlder,
  type MinorVersion,
  versionText,
} from '../../storage/backend/meta-bucket.js';
import type { Migration } from '../../storage/data-directory/migrate.js';

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
    summary: 'Make a data directory fit for another minor version of etcd, from 3.5 on',
    description: [
      'The server must not run: the command waits for it, and gives up after --timeout. The new file takes the place of the',
      'old one when it is complete and checked.',
    ].join('\n'),
    flags: {
      'data-dir': stringFlag('', 'data directory of a member that does not run', { isRequired: true }),
      'target-version': stringFlag('', 'the version to be fit for, as 3.6', { isRequired: true }),
      force: boolFlag(false, 'record the version even where the log or an unknown version speaks against it'),
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
  const { from, isChanged, forcedDespite } = await withProgress(`Migrating ${path}`, context, (pace) =>
    migrateDataDirectory({ ...options, ...pace }),
  );
  if (forcedDespite !== undefined) context.notices.line(`forced although: ${forcedDespite}`);
  context.notices.line(outcomeText(options.target, { from, isChanged, forcedDespite }));
}

/** Scripts wait for the words of etcdutl's log, some with the value behind them. */
function outcomeText(target: MinorVersion, { from, isChanged, forcedDespite }: Migration): string {
  const version = versionText(target);
  if (!isChanged) return `storage version up-to-date\t{"storage-version": "${version}"}`;
  if (forcedDespite === undefined) {
    return `updated storage version\t{"new-storage-version": "${version}.0", "old-storage-version": "${versionText(from)}"}`;
  }
  return isOlder(target, FIRST_WITH_STORAGE_VERSION)
    ? 'forcefully cleared storage version'
    : `forcefully set storage version\t{"storage-version": "${version}"}`;
}
