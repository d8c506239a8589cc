import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { boolFlag } from '../../../cli/flags.js';
import { allowSecondThoughts } from '../../../cli/kv/del.js';
import { lines } from '../../../cli/stdin.js';
import { trimSpace } from '../../../go/runes.js';
import { UsageError } from '../../../model/errors.js';
import type { Compare, RequestOp, TxnRequest } from '../../../model/messages/kv.js';
import { parseComparison } from './comparison.js';
import { operationParser, toRequestOp } from './operation.js';

export interface TxnOptions {
  /** Says what is to be typed next. */
  readonly isInteractive: boolean;
}

const flags = {
  interactive: boolFlag(false, 'say what is to be typed next', { short: 'i' }),
};

const DESCRIPTION = `\
Reads three lists from standard input, each ended by an empty line: comparisons, the requests to apply when all of them
hold, and the requests to apply when one does not. Any list may be empty.

  mod("config") > "0"
  value("owner") = "me"

  put config "new value" --prev-kv

  get config
  get owner/ --prefix

A comparison is target("key") operator "operand", spaced like that. Targets: version (ver), create (c) and mod (m), which are
numbers; value (val); lease, a hexadecimal id. Operators: = != > <. Requests are get, put and del with their own flags.
Double quotes enclose what Go's string literals may hold ("\\xff" is a byte), single quotes enclose text as it is.`;

export function registerTxn(parent: CommandParent, run = runTxn): void {
  parent.command({
    name: 'txn',
    group: 'kv',
    summary: 'Apply requests in one transaction, by what comparisons say',
    description: DESCRIPTION,
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
    if (operation.kind === 'del') await allowSecondThoughts(operation.options, context);
    return toRequestOp(operation);
  };
  const compare = await section<Compare>('compares', parseComparison);
  const success = await section<RequestOp>('success requests (get, put, del)', parseRequest);
  const failure = await section<RequestOp>('failure requests (get, put, del)', parseRequest);
  return { compare, success, failure };
}

/** The items of the lines up to an empty one. A line without its line end is not there, as with etcdctl. */
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
      `the input ended before the empty line that ends the ${title}: each of the three lists needs one`,
    ],
  });
}
