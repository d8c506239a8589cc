import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { UsageError } from '../../model/errors.js';
import { readFileWith } from '../files/database-file.js';
import { argumentList, DATABASE_USAGE, findDatabase } from './database-path.js';

export interface ListBucketOptions {
  readonly path: string;
}

export function registerListBucket(parent: CommandParent, run = runListBucket): void {
  parent.command({
    name: 'list-bucket',
    group: 'files',
    usage: DATABASE_USAGE,
    summary: 'List the buckets of a database',
    description:
      'A path that ends in `db` is the database file itself; any other path is a data directory. The file is not modified.',
    examples: ['etcdutl list-bucket /var/lib/etcd'],
    flags: {},
    deadline: 'files',
    result: 'bucket-list',
    toOptions(args): ListBucketOptions {
      const [path] = args;
      if (path === undefined) {
        throw new UsageError(`Must provide at least 1 argument (got ${argumentList(args)})`, 'flag');
      }
      return { path };
    },
    run,
  });
}

export async function runListBucket(options: ListBucketOptions, context: CommandContext): Promise<void> {
  const { BoltFile } = await import('../../storage/bolt/bolt-file.js');
  const path = await findDatabase(options.path);
  const names = await readFileWith(path, context, async (source) =>
    BoltFile.open(source)
      .buckets()
      .map(({ name }) => name),
  );
  await context.emit({ kind: 'bucket-list', names });
}
