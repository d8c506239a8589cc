import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { boolFlag } from '../../cli/flags.js';
import { parseInt64 } from '../../go/number.js';
import { GoParseError } from '../../go/parse-error.js';
import { UsageError } from '../../model/errors.js';
import type { CompactionRequest } from '../../model/messages/kv.js';

export interface CompactionOptions {
  readonly revision: bigint;
  readonly isPhysical: boolean;
}

const flags = {
  physical: boolFlag(false, 'wait until the compacted revisions are removed from the database'),
};

export function registerCompaction(parent: CommandParent, run = runCompaction): void {
  parent.command({
    name: 'compaction',
    group: 'kv',
    usage: '<revision>',
    summary: 'Compact the event history up to a revision',
    description: [
      'Afterwards, keys can no longer be read or watched at revisions before this one. Use `defrag` to return the freed',
      'space to the file system.',
    ].join('\n'),
    examples: [
      'etcdctl compaction 1234',
      '# Wait until the compacted revisions are removed from the database',
      'etcdctl compaction 1234 --physical',
    ],
    flags,
    deadline: 'command-timeout',
    result: 'text',
    toOptions(args, given): CompactionOptions {
      const [revision] = args;
      if (revision === undefined || args.length > 1) {
        throw new UsageError('compaction command needs 1 argument');
      }
      return { revision: parseRevision(revision), isPhysical: given.physical };
    },
    run,
  });
}

/** An invalid revision ends etcdctl with status 1, unlike other invalid arguments. */
function parseRevision(text: string): bigint {
  try {
    return parseInt64(text, 10);
  } catch (cause) {
    if (!(cause instanceof GoParseError)) throw cause;
    throw new UsageError(cause.message, 'flag', { cause, reasons: ['the revision must be an integer'] });
  }
}

export function toCompactionRequest({ revision, isPhysical }: CompactionOptions): CompactionRequest {
  return { revision, physical: isPhysical };
}

/** Prints the same line in every format. */
export async function runCompaction(options: CompactionOptions, context: CommandContext): Promise<void> {
  const client = await context.connect();
  await client.kv.compact(toCompactionRequest(options), { signal: context.signal });
  await context.emit({ kind: 'text', text: `compacted revision ${options.revision}\n` });
}
