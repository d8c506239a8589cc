import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { formatByteSize } from '../go/byte-size.js';
import { needsNoEscape, quoteGo } from '../go/quote.js';
import type { KeyValue } from '../model/messages/kv.js';
import type { KeyDifference, StoreDiff } from '../model/store-diff.js';
import type { OtherGroups, StoreGroups, StoreTotals, StoreUse } from '../model/store-use.js';

/** A line of a table of `top`. */
export interface StoreRow {
  readonly name: string;
  readonly totals: StoreTotals;
}

/** Keys and values are shown as they are where they are printable ASCII without quotes, else in quotes. An empty one too. */
export function shownBytes(bytes: Uint8Array): string {
  const isPlain = bytes.length > 0 && needsNoEscape(bytes) && bytes[0] !== 0x20 && bytes.at(-1) !== 0x20;
  return isPlain ? Buffer.from(bytes).toString('latin1') : quoteGo(bytes);
}

/** The groups, what is not listed, and the total. */
export function storeRows({ groups, others, by }: StoreGroups, { total }: StoreUse): readonly StoreRow[] {
  return [
    ...groups.map(({ name, ...totals }) => ({ name: shownBytes(name), totals })),
    ...(others === undefined ? [] : [{ name: othersName(others, by), totals: others }]),
    { name: 'TOTAL', totals: total },
  ];
}

const PLURALS = {
  prefix: ['prefix', 'prefixes'],
  resource: ['resource', 'resources'],
  namespace: ['namespace', 'namespaces'],
};

function othersName({ groups }: OtherGroups, by: StoreGroups['by']): string {
  const [one, many] = PLURALS[by];
  return `(${groups} other ${groups === 1 ? one : many})`;
}

/** Keys, values and older revisions together. */
export function totalBytes({ keyBytes, valueBytes, oldBytes = 0 }: StoreTotals): number {
  return keyBytes + valueBytes + oldBytes;
}

/** The header and the rows of a table, with sizes for people. */
export function storeTable(table: StoreGroups, use: StoreUse): readonly [header: string[], rows: string[][]] {
  const history = use.file === undefined ? [] : ['OLD REVISIONS', 'OLD SIZE'];
  const header = [table.by.toUpperCase(), 'KEYS', 'KEY SIZE', 'VALUE SIZE', ...history];
  const rows = storeRows(table, use).map(({ name, totals }) => {
    const { keys, keyBytes, valueBytes, oldRevisions, oldBytes } = totals;
    const old = oldBytes === undefined ? [] : [String(oldRevisions), formatByteSize(oldBytes)];
    return [name, String(keys), formatByteSize(keyBytes), formatByteSize(valueBytes), ...old];
  });
  return [header, rows];
}

/** The header and the one row of the counts of `diff`. */
export function diffTable({
  before,
  after,
  ...counts
}: StoreDiff): readonly [header: string[], rows: string[][]] {
  const sides = [before, after].map(({ path, revision }) => `${path ?? 'cluster'} at ${revision}`);
  const { added, removed, changed, equal } = counts;
  return [
    ['BEFORE', 'AFTER', 'ADDED', 'REMOVED', 'CHANGED', 'EQUAL'],
    [[...sides, ...[added, removed, changed, equal].map(String)]],
  ];
}

export const DIFFERENCE_HEADER = ['CHANGE', 'KEY', 'BEFORE', 'AFTER'];

export function differenceCells({ change, key, before, after }: KeyDifference): string[] {
  const value = (kv: KeyValue | undefined) => (kv === undefined ? '' : shownValue(kv.value));
  return [change, shownBytes(key), value(before), value(after)];
}

/** Text in quotes; of other values the size and the SHA-256. */
export function shownValue(value: Uint8Array): string {
  if (isText(value)) return quoteGo(value);
  const digest = createHash('sha256').update(value).digest('hex');
  return `${value.length} bytes, sha256 ${digest}`;
}

/** Valid UTF-8 without control characters other than tabs and line ends. */
function isText(value: Uint8Array): boolean {
  return (
    isUtf8(value) && value.every((byte) => byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d)
  );
}
