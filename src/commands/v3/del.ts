import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import {
  allowSecondThoughts,
  type DelOptions,
  delFlags,
  toDeleteRangeRequest,
  toDelOptions,
} from '../../cli/kv/del.js';

export { type DelOptions, toDeleteRangeRequest };

export function registerDel(parent: CommandParent, run = runDel): void {
  parent.command({
    name: 'del',
    group: 'kv',
    usage: '<key> [range_end]',
    summary: 'Delete a key or a range of keys',
    description:
      'Prints the number of deleted keys. With range_end, the range is [<key>, range_end): it does not include range_end.',
    examples: [
      'etcdctl del config',
      'etcdctl del registry/ --prefix',
      '# Delete all keys from a up to, but not including, n',
      'etcdctl del a n --range',
    ],
    flags: delFlags,
    deadline: 'command-timeout',
    result: 'delete-range',
    toOptions: toDelOptions,
    run,
  });
}

export async function runDel(options: DelOptions, context: CommandContext): Promise<void> {
  await allowSecondThoughts(options, context);
  const client = await context.connect();
  const response = await client.kv.deleteRange(toDeleteRangeRequest(options), { signal: context.signal });
  await context.emit({ kind: 'delete-range', response });
}
