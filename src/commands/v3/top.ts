import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { boolFlag, type FlagValues, intFlag, stringFlag } from '../../cli/flags.js';
import { bytesFromText } from '../../go/bytes.js';
import { quoteGo } from '../../go/quote.js';
import { UsageError } from '../../model/errors.js';
import type { StoreSort } from '../../model/store-use.js';

export interface TopOptions {
  readonly prefix: Uint8Array;
  /** `undefined`: the cluster. */
  readonly snapshotPath: string | undefined;
  /** The number of separators in the prefixes; 0: the lowest one that tells several prefixes apart. */
  readonly depth: number;
  readonly separator: number;
  /** 0: no limit. */
  readonly limit: number;
  readonly sort: StoreSort;
  readonly isKubernetes: boolean;
}

const SORTS: readonly StoreSort[] = ['bytes', 'keys'];
const MAX_DEPTH = 64;

const topFlags = {
  'from-snapshot': stringFlag('', 'read this snapshot instead of a cluster'),
  depth: intFlag(0, 'number of separators in the prefixes; 0: the lowest that tells several prefixes apart'),
  limit: intFlag(20, 'maximum number of prefixes; 0: no limit', { short: 'n' }),
  separator: stringFlag('/', 'one byte that ends the parts of a key'),
  sort: stringFlag('bytes', 'order of the prefixes', { choices: SORTS }),
  kubernetes: boolFlag(
    false,
    'list resources and namespaces of Kubernetes; the prefix is /registry/ by default',
  ),
};

export function registerTop(parent: CommandParent, run = runTop): void {
  parent.command({
    name: 'top',
    isAddition: true,
    group: 'kv',
    usage: '[prefix]',
    summary: 'List the prefixes with the most bytes and keys',
    description: [
      'Reads all keys and values, or those with the prefix, at one revision. A snapshot also shows how much of the file is older',
      'revisions, which a compaction removes. A leading separator is a part of what follows it. Keys that have fewer separators',
      'than the depth are listed under the prefix that ends with their last one. The fields of -w json:',
      'https://github.com/etcdctl-ts/etcdctl-ts/blob/main/docs/operators.md',
    ].join('\n'),
    examples: [
      'etcdctl top',
      '# The users with most keys',
      'etcdctl top users/ --depth=2 --sort=keys -n 5',
      '# What fills the store of Kubernetes, in a backup',
      'etcdctl top --kubernetes --from-snapshot backup.db',
    ],
    flags: topFlags,
    deadline: ({ snapshotPath }) => (snapshotPath === undefined ? 'command-timeout' : 'node'),
    result: 'store-use',
    toOptions: toTopOptions,
    run,
  });
}

export function toTopOptions(args: readonly string[], flags: FlagValues<typeof topFlags>): TopOptions {
  if (args.length > 1) throw new UsageError('top command needs one argument as prefix, or none');
  const { depth, limit, kubernetes: isKubernetes } = flags;
  const [prefix = isKubernetes ? '/registry/' : ''] = args;
  const separator = bytesFromText(flags.separator);
  const sort = SORTS.find((each) => each === flags.sort);
  if (sort === undefined)
    throw new UsageError(`unknown sort ${quoteGo(bytesFromText(flags.sort))}`, 'choice');
  if (separator[0] === undefined || separator.length > 1)
    throw new UsageError('--separator must be one byte');
  if (depth < 0 || depth > MAX_DEPTH) throw new UsageError(`--depth must be between 0 and ${MAX_DEPTH}`);
  if (limit < 0) throw new UsageError('--limit must not be negative');
  if (isKubernetes && depth > 0)
    throw new UsageError('--depth and --kubernetes cannot be set at the same time, choose one');
  return {
    prefix: bytesFromText(prefix),
    snapshotPath: flags['from-snapshot'] || undefined,
    depth,
    separator: separator[0],
    limit,
    sort,
    isKubernetes,
  };
}

export async function runTop(options: TopOptions, context: CommandContext): Promise<void> {
  const { readStoreUse } = await import('./top/store-use.js');
  const use = await readStoreUse(options, context);
  await context.emit({ kind: 'store-use', use });
}
