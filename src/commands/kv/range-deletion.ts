import type { CommandContext } from '../../cli/context.js';
import { rangeInPages } from '../../client/range/range-in-pages.js';
import { quoteGo } from '../../go/quote.js';
import { isEtcdError } from '../../model/errors.js';
import { type KeyRange, prefixEnd, ZERO_BYTE } from '../../model/key-range.js';
import { rangeReader } from './range-reader.js';

/** Asks whether the range may be deleted, with the number of its keys. True without a question when there is no key. */
export async function confirmDeletion(range: KeyRange, context: CommandContext): Promise<boolean> {
  const count = await countKeys(range, context);
  if (count === 0n) return true;
  return context.prompt.confirm(`Delete ${describeKeys(range, count)}?`);
}

/** Undefined when the user may delete the keys, but not read them. */
async function countKeys(range: KeyRange, { connect, signal }: CommandContext): Promise<bigint | undefined> {
  const client = await connect();
  try {
    const { count } = await client.kv.range({ ...range, countOnly: true }, { signal });
    return count;
  } catch (error) {
    if (isEtcdError(error, 'permissionDenied')) return undefined;
    throw error;
  } finally {
    client.close();
  }
}

/** `12 keys that begin with "registry/"`; for a range that is no prefix: `12 keys from "a" up to "n"`. */
function describeKeys({ key, rangeEnd = ZERO_BYTE }: KeyRange, count: bigint | undefined): string {
  const isOpen = Buffer.compare(rangeEnd, ZERO_BYTE) === 0;
  const keys = numberOfKeys(count);
  if (isOpen && Buffer.compare(key, ZERO_BYTE) <= 0) {
    if (count === 1n) return 'the only key of the cluster';
    return count === undefined ? 'all keys of the cluster' : `all ${keys} of the cluster`;
  }
  if (Buffer.compare(rangeEnd, prefixEnd(key)) === 0) {
    return `${keys} that ${count === 1n ? 'begins' : 'begin'} with ${quoteGo(key)}`;
  }
  return isOpen
    ? `${keys} from ${quoteGo(key)} on`
    : `${keys} from ${quoteGo(key)} up to ${quoteGo(rangeEnd)}`;
}

function numberOfKeys(count: bigint | undefined): string {
  if (count === undefined) return 'the keys';
  return count === 1n ? '1 key' : `${count} keys`;
}

/** Prints the keys that a deletion would delete, as `get` does, and on stderr how many there are. */
export async function showDeletion(range: KeyRange, prevKv: boolean, context: CommandContext): Promise<void> {
  const view = { keysOnly: !prevKv, countOnly: false, valuesOnly: false };
  const request = { ...range, keysOnly: view.keysOnly };
  const found = await rangeInPages(rangeReader(context), request, { signal: context.signal });
  await context.emit({ kind: 'range', ...found, view });
  context.notices.line(`${numberOfKeys(found.response.count)} would be deleted`);
}
