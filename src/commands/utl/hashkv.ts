import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { int64Flag } from '../../cli/flags.js';
import { UsageError } from '../../model/errors.js';
import { readFileWith, withProgress } from '../files/database-file.js';

export interface HashKvOptions {
  readonly path: string;
  /** 0: the newest revision. */
  readonly revision: bigint;
}

export function registerHashKv(parent: CommandParent, run = runHashKv): void {
  parent.command({
    name: 'hashkv',
    group: 'files',
    usage: '<filename>',
    summary: 'Print the hash of the key-value history in a database or snapshot',
    description:
      'The hash equals that of `etcdctl endpoint hashkv` for the same data, --rev and compaction. The file is not modified.',
    examples: ['etcdutl hashkv backup.db --rev=1234'],
    flags: { rev: int64Flag(0n, 'hash the history up to this revision; 0: all of it') },
    deadline: 'files',
    result: 'file-hashkv',
    toOptions(args, flags): HashKvOptions {
      const [path] = args;
      if (path === undefined || args.length > 1) {
        throw new UsageError(`accepts 1 arg(s), received ${args.length}`, 'flag');
      }
      return { path, revision: flags.rev };
    },
    run,
  });
}

export async function runHashKv({ path, revision }: HashKvOptions, context: CommandContext): Promise<void> {
  const { hashKv } = await import('../../storage/backend/hash-kv.js');
  const { BoltFile } = await import('../../storage/bolt/bolt-file.js');
  const result = await readFileWith(path, context, (source) =>
    withProgress(`Hashing ${path}`, context, (taskOptions) =>
      hashKv(BoltFile.open(source), { ...taskOptions, revision }),
    ),
  );
  await context.emit({ kind: 'file-hashkv', hashKv: result });
}
