import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { boolFlag } from '../../cli/flags.js';
import { lines } from '../../cli/stdin.js';
import { trimSpace } from '../../go/runes.js';
import { UsageError } from '../../model/errors.js';
import type { Compare, RequestOp, TxnRequest } from '../../model/messages/kv.js';
import { delayRangeDeletion } from './del.js';
import { parseComparison } from './txn/comparison.js';
import { operationParser, toRequestOp } from './txn/operation.js';

export interface TxnOptions {
  /** Prints a prompt before each section of the transaction. */
  readonly isInteractive: boolean;
}

const flags = {
  interactive: boolFlag(false, 'prompt for each list', { short: 'i' }),
};

const DESCRIPTION = `\
Reads three lists from standard input, each terminated by an empty line: comparisons, requests to apply if all of the
comparisons succeed, and requests to apply if one of them fails. A list may be empty.

  mod("config") > "0"
  value("owner") = "me"

  put config "new value" --prev-kv

  get config
  get owner/ --prefix

A comparison is target("key") operator "operand", with these spaces. Targets: version (ver), create (c) and mod (m) are
numbers; value (val) is text; lease is a hexadecimal ID. Operators: = != > <. Requests are get, put and del with their flags.
Strings in double quotes take the escapes of Go ("\\xff" is one byte); strings in single quotes are taken literally.`;

export function registerTxn(parent: CommandParent, run = runTxn): void {
  parent.command({
    name: 'txn',
    group: 'kv',
    summary: 'Compare keys and apply requests in one transaction',
    description: DESCRIPTION,
    examples: [
      'etcdctl txn < transaction.txt',
      '# Prompt for the comparisons and the requests',
      'etcdctl txn --interactive',
    ],
    flags,
    deadline: 'none',
    result: 'txn',
    toOptions(args, given): TxnOptions {
      if (args.length > 0) throw new UsageError('txn command does not accept argument');
      return { isInteractive: given.interactive };
    },
    run,
  });
}

export async function runTxn(options: TxnOptions, context: CommandContext): Promise<void> {
  const client = await context.connect();
  const request = await readTxnRequest(options, context);
  const response = await client.kv.txn(request, { signal: context.signal });
  await context.emit({ kind: 'txn', response });
}

async function readTxnRequest({ isInteractive }: TxnOptions, context: CommandContext): Promise<TxnRequest> {
  const input = lines(context.stdin);
  const section = async <Item>(title: string, parse: (line: string) => Item | Promise<Item>) => {
    if (isInteractive) await context.emit({ kind: 'text', text: `${title}:\n` });
    return readSection(input, { title, parse });
  };
  const parseOperation = operationParser();
  const parseRequest = async (line: string) => {
    const operation = parseOperation(line);
    if (operation.kind === 'del') await delayRangeDeletion(operation.options, context);
    return toRequestOp(operation);
  };
  const compare = await section<Compare>('compares', parseComparison);
  const success = await section<RequestOp>('success requests (get, put, del)', parseRequest);
  const failure = await section<RequestOp>('failure requests (get, put, del)', parseRequest);
  return { compare, success, failure };
}

/** The items of the lines up to an empty line. A last line without a line end is ignored, as in etcdctl. */
async function readSection<Item>(
  input: AsyncGenerator<string, void, undefined>,
  { title, parse }: { title: string; parse: (line: string) => Item | Promise<Item> },
): Promise<Item[]> {
  const items: Item[] = [];
  for (let next = await input.next(); !next.done; next = await input.next()) {
    const line = trimSpace(next.value);
    if (line === '') return items;
    items.push(await parse(line));
  }
  throw new UsageError('EOF', 'input', {
    reasons: [
      `the input ended before the empty line after the ${title}: each of the three lists must end with one`,
    ],
  });
}
