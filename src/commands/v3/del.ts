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
    summary: 'Delete a key, or a range of keys, and print how many there were',
    description: [
      'With range_end, the range is all keys from <key> up to, but not including, range_end:',
      '  etcdctl del config',
      '  etcdctl del registry/ --prefix',
      '  etcdctl del a n --range',
    ].join('\n'),
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
