import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { UsageError } from '../../model/errors.js';
import { readFileWith, withProgress } from '../files/database-file.js';
import { argumentList, DATABASE_USAGE, findDatabase } from './database-path.js';

export interface HashOptions {
  readonly path: string;
}

export function registerHash(parent: CommandParent, run = runHash): void {
  parent.command({
    name: 'hash',
    group: 'files',
    usage: DATABASE_USAGE,
    summary: 'Print the hash of a database',
    description: [
      'The hash covers all buckets, except the fields of `meta` that differ between the members of a cluster.',
      'A path that ends in `db` is the database file itself; any other path is a data directory. The file is not modified.',
    ].join('\n'),
    examples: ['etcdutl hash /var/lib/etcd/member/snap/db'],
    flags: {},
    deadline: 'files',
    result: 'file-hash',
    toOptions(args): HashOptions {
      const [path] = args;
      if (path === undefined) {
        throw new UsageError(`Must provide at least 1 argument (got ${argumentList(args)})`, 'flag');
      }
      return { path };
    },
    run,
  });
}

export async function runHash(options: HashOptions, context: CommandContext): Promise<void> {
  const { backendHash } = await import('../../storage/backend/backend-hash.js');
  const { BoltFile } = await import('../../storage/bolt/bolt-file.js');
  const path = await findDatabase(options.path);
  const hash = await readFileWith(path, context, (source) =>
    withProgress(`Hashing ${path}`, context, (taskOptions) =>
      backendHash(BoltFile.open(source), taskOptions),
    ),
  );
  await context.emit({ kind: 'file-hash', path, hash });
}
