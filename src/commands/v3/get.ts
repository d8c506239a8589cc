import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { type GetOptions, getFlags, toGetOptions, toRangeRequest } from '../../cli/kv/get.js';
import { rangeReader } from '../../cli/range-reader.js';
import { rangeInPages } from '../../client/range/range-in-pages.js';
import { UsageError } from '../../model/errors.js';
import type { RangeView } from '../../model/results.js';

export { type GetOptions, toRangeRequest };

export function registerGet(parent: CommandParent, run = runGet): void {
  parent.command({
    name: 'get',
    group: 'kv',
    usage: '<key> [range_end]',
    summary: 'Get a key or a range of keys',
    description: 'With range_end, the range is [<key>, range_end): it does not include range_end.',
    examples: [
      '# Get one key',
      'etcdctl get config',
      '# List the names of all keys with a prefix',
      'etcdctl get registry/ --prefix --keys-only',
      '# Get at most 10 keys from a up to, but not including, n',
      'etcdctl get a n --limit=10 -w json',
      '# Get the value that a key had at an earlier revision',
      'etcdctl get config --rev=1234',
    ],
    flags: getFlags,
    deadline: 'command-timeout',
    result: 'range',
    toOptions: toGetOptions,
    run,
  });
}

export async function runGet(options: GetOptions, context: CommandContext): Promise<void> {
  const { view, usesStream } = options;
  rejectOtherFormats(view, context.format);
  const call = { signal: context.signal, usesStream };
  const range = await rangeInPages(rangeReader(context), toRangeRequest(options), call);
  await context.emit({ kind: 'range', ...range, view });
}

function rejectOtherFormats(view: RangeView, format: string): void {
  if (view.countOnly && format !== 'fields') {
    throw new UsageError('--count-only is only for `--write-out=fields`');
  }
  if (view.valuesOnly && format !== 'simple') {
    throw new UsageError('print-value-only is only for `--write-out=simple`');
  }
}
