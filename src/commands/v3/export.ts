import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { boolFlag, type FlagValues, int64Flag } from '../../cli/flags.js';
import type { KeyRange } from '../../model/key-range.js';
import { keyRangeFromArguments, rejectPrefixWithFromKey } from '../kv/key-range-arguments.js';

export interface ExportOptions {
  readonly range: KeyRange;
  /** 0: the current one. */
  readonly revision: bigint;
}

const flags = {
  prefix: boolFlag(false, 'export all keys with the prefix <key>'),
  'from-key': boolFlag(false, 'export <key> and all keys after it, in byte order'),
  rev: int64Flag(0n, 'revision to read at; 0: the current one'),
};
type Flags = FlagValues<typeof flags>;

export function registerExport(parent: CommandParent, run = runExport): void {
  parent.command({
    name: 'export',
    isAddition: true,
    group: 'kv',
    usage: '[key] [range_end]',
    summary: 'Write keys and values as lines of JSON, for import and for other programs',
    description: [
      'Without arguments, all keys are exported. They are read page by page, all at one revision.',
      '',
      'Each key is a line with "key" and "value", its revisions, its version, and the ID of its lease. Bytes that are not UTF-8 are in',
      '"keyBase64" or "valueBase64" instead. The first line says what was exported, a line with "grantedTtl" tells of a lease, and the',
      'last line has the number of keys and a checksum: without it, the export is incomplete. The format does not depend on',
      '--write-out.',
    ].join('\n'),
    examples: [
      'etcdctl export config/ --prefix > config.jsonl',
      '# Export all keys as they were at an earlier revision',
      'etcdctl export --rev=1234 > all.jsonl',
      '# List the names of the keys that have a lease',
      "etcdctl export | jq -r 'select(.key and .lease) | .key'",
    ],
    flags,
    deadline: 'command-timeout',
    result: 'bytes',
    toOptions: toExportOptions,
    run,
  });
}

function toExportOptions(args: readonly string[], given: Flags): ExportOptions {
  const [key, rangeEnd] = args;
  const rangeFlags = { prefix: given.prefix, fromKey: given['from-key'] };
  rejectPrefixWithFromKey(rangeFlags);
  const range =
    key === undefined
      ? keyRangeFromArguments('', undefined, { prefix: true, fromKey: false })
      : keyRangeFromArguments(key, rangeEnd, rangeFlags);
  return { range, revision: given.rev > 0n ? given.rev : 0n };
}

export async function runExport(options: ExportOptions, context: CommandContext): Promise<void> {
  const { exportKeys } = await import('../../client/export/export-keys.js');
  const { rangeReader } = await import('../kv/range-reader.js');
  const { createHash } = await import('node:crypto');
  const { endLine } = await import('../../storage/export/format.js');
  const sha256 = createHash('sha256');
  const client = await context.connect();
  const { signal } = context;
  const progress = context.notices.progress('Exporting', 'count');
  let keys = 0;
  try {
    const source = { reader: rangeReader(context), lease: client.lease };
    for await (const part of exportKeys(source, options, { signal })) {
      sha256.update(part.bytes);
      await context.emit({ kind: 'bytes', bytes: part.bytes });
      keys += part.keys;
      progress.update(keys, part.total);
    }
  } finally {
    progress.stop();
  }
  await context.emit({ kind: 'bytes', bytes: Buffer.from(endLine(keys, sha256.digest('hex'))) });
}
