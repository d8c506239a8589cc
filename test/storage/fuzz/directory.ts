import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { databasePath, walPath } from '../../../src/storage/data-directory/layout.js';
import { migrateDataDirectory } from '../../../src/storage/data-directory/migrate.js';
import { replaceDatabase } from '../../../src/storage/data-directory/replace-database.js';
import { planCluster } from '../../../src/storage/restore/cluster-plan.js';
import { parseInitialCluster } from '../../../src/storage/restore/peer-urls.js';
import { restoreSnapshot } from '../../../src/storage/restore/restore.js';
import { segmentName } from '../../../src/storage/wal/format.js';

const PLAN = planCluster(parseInitialCluster('m1=http://127.0.0.1:2380'), 'token', 'm1');

export interface MutatedDirectory {
  readonly database: Uint8Array;
  readonly log: Uint8Array;
}

/** The operations that write files. They throw an `Error` when a failed operation has left something behind. */
export const DIRECTORY_STEPS: readonly ((files: MutatedDirectory) => Promise<void>)[] = [
  (files) =>
    inDirectory(files, async (directory) => {
      const dataDirectory = join(directory, 'restored');
      const snapshotPath = databasePath(directory);
      const restore = { snapshotPath, dataDirectory, walDirectory: undefined, plan: PLAN };
      await expectAllOrNothing(directory, () =>
        restoreSnapshot({ ...restore, skipHashCheck: true, revisionBump: 10n }),
      );
    }),
  (files) =>
    inDirectory(files, (directory) =>
      expectAllOrNothing(directory, () => replaceDatabase(databasePath(directory))),
    ),
  (files) =>
    inDirectory(files, (directory) => {
      const request = { dataDirectory: directory, target: { major: 3, minor: 5 }, force: false };
      return expectAllOrNothing(directory, () => migrateDataDirectory(request));
    }),
];

async function inDirectory(
  { database, log }: MutatedDirectory,
  step: (directory: string) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'storage-fuzz-'));
  try {
    mkdirSync(join(directory, 'member', 'snap'), { recursive: true });
    mkdirSync(walPath(directory));
    writeFileSync(databasePath(directory), database);
    writeFileSync(join(walPath(directory), segmentName(0n, 0n)), log);
    await step(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function expectAllOrNothing(directory: string, step: () => Promise<unknown>): Promise<void> {
  const before = contentsOf(directory);
  try {
    await step();
  } catch (error) {
    if (contentsOf(directory) !== before) {
      throw new Error('a failure has changed the directory', { cause: error });
    }
    throw error;
  }
}

function contentsOf(directory: string): string {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort();
  return `${names.join('\n')}\n${readFileSync(databasePath(directory), 'base64')}`;
}
