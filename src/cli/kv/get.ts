import { bytesFromText } from '../../go/bytes.js';
import { quoteGo } from '../../go/quote.js';
import { UsageError } from '../../model/errors.js';
import type { KeyRange } from '../../model/key-range.js';
import { type RangeRequest, SortOrder, SortTarget } from '../../model/messages/kv.js';
import type { RangeView } from '../../model/results.js';
import { boolFlag, type FlagValues, int64Flag, stringFlag } from '../flags.js';
import { keyRangeFromArguments, rejectPrefixWithFromKey } from '../key-range-arguments.js';

/** The arguments of `get`, given on the command line or as a request inside a transaction. */
export interface GetOptions {
  readonly range: KeyRange;
  readonly view: RangeView;
  readonly isSerializable: boolean;
  readonly usesStream: boolean;
  /** 0: no limit; the same holds for the revisions below. */
  readonly limit: bigint;
  readonly revision: bigint;
  readonly sortOrder: SortOrder;
  readonly sortTarget: SortTarget;
  readonly minCreateRevision: bigint;
  readonly maxCreateRevision: bigint;
  readonly minModRevision: bigint;
  readonly maxModRevision: bigint;
}

const ORDERS = { ASCEND: SortOrder.ascend, DESCEND: SortOrder.descend } as const;
const TARGETS = {
  CREATE: SortTarget.create,
  KEY: SortTarget.key,
  MODIFY: SortTarget.mod,
  VALUE: SortTarget.value,
  VERSION: SortTarget.version,
} as const;

export const getFlags = {
  prefix: boolFlag(false, 'all keys that begin with <key>'),
  'from-key': boolFlag(false, 'all keys from <key> on, in byte order'),
  limit: int64Flag(0n, 'at most this many keys'),
  rev: int64Flag(0n, 'the store as it was at this revision'),
  order: stringFlag('', 'order of the keys', { choices: Object.keys(ORDERS) }),
  'sort-by': stringFlag('', 'what --order goes by', { choices: Object.keys(TARGETS) }),
  consistency: stringFlag('l', 'l: linearizable; s: serializable, answered by one member alone', {
    choices: ['l', 's'],
  }),
  'keys-only': boolFlag(false, 'fetch no values'),
  'count-only': boolFlag(false, 'fetch only the number of keys (with --write-out=fields)'),
  'print-value-only': boolFlag(false, 'print values without their keys (with --write-out=simple)'),
  'min-create-rev': int64Flag(0n, 'only keys created at or after this revision'),
  'max-create-rev': int64Flag(0n, 'only keys created at or before this revision'),
  'min-mod-rev': int64Flag(0n, 'only keys changed last at or after this revision'),
  'max-mod-rev': int64Flag(0n, 'only keys changed last at or before this revision'),
  stream: boolFlag(false, 'fetch the range in parts (etcd 3.7 and newer)'),
};
type Flags = FlagValues<typeof getFlags>;

export function toGetOptions(args: readonly string[], given: Flags): GetOptions {
  const [key, rangeEnd] = args;
  if (key === undefined) {
    throw new UsageError('get command needs one argument as key and an optional argument as range_end');
  }
  const rangeFlags = { prefix: given.prefix, fromKey: given['from-key'] };
  rejectPrefixWithFromKey(rangeFlags);
  if (given['keys-only'] && given['count-only']) {
    throw new UsageError('`--keys-only` and `--count-only` cannot be set at the same time, choose one');
  }
  const isSerializable = toIsSerializable(given.consistency);
  const range = keyRangeFromArguments(key, rangeEnd, rangeFlags);
  const sortOrder = toChoice(ORDERS, given.order, 'bad sort order') ?? SortOrder.none;
  const sortTarget = toChoice(TARGETS, given['sort-by'], 'bad sort target') ?? SortTarget.key;
  rejectEmptyInterval('CreateRev', given['min-create-rev'], given['max-create-rev']);
  rejectEmptyInterval('ModRev', given['min-mod-rev'], given['max-mod-rev']);
  return {
    range,
    view: toView(given),
    isSerializable,
    usesStream: given.stream,
    limit: given.limit,
    revision: positive(given.rev),
    sortOrder,
    sortTarget,
    minCreateRevision: positive(given['min-create-rev']),
    maxCreateRevision: positive(given['max-create-rev']),
    minModRevision: positive(given['min-mod-rev']),
    maxModRevision: positive(given['max-mod-rev']),
  };
}

function toView(given: Flags): RangeView {
  return {
    keysOnly: given['keys-only'],
    countOnly: given['count-only'],
    valuesOnly: given['print-value-only'],
  };
}

function toIsSerializable(consistency: string): boolean {
  if (consistency === 's') return true;
  if (consistency === 'l') return false;
  throw new UsageError(`unknown consistency flag ${quoteGo(bytesFromText(consistency))}`, 'choice');
}

/** The number behind a name of any letter case; `undefined` when none was given. */
function toChoice<Number extends number>(
  choices: Readonly<Record<string, Number>>,
  name: string,
  complaint: string,
): Number | undefined {
  if (name === '') return undefined;
  const upper = name.toUpperCase();
  if (!Object.hasOwn(choices, upper)) throw new UsageError(`${complaint} ${name}`, 'choice');
  return choices[upper];
}

/** etcdctl checks the two ends only when the upper one is set, and names its own variables. */
function rejectEmptyInterval(name: string, min: bigint, max: bigint): void {
  if (max > 0n && min > max) {
    throw new UsageError(`getMin${name}(=${min}) > getMax${name}(=${max})`, 'choice');
  }
}

function positive(revision: bigint): bigint {
  return revision > 0n ? revision : 0n;
}

export function toRangeRequest(options: GetOptions): RangeRequest {
  const { range, view, sortTarget } = options;
  // Keys come in ascending order anyway; asking for it would make the server collect the whole range first.
  const isNaturalOrder = sortTarget === SortTarget.key && options.sortOrder === SortOrder.ascend;
  return {
    key: range.key,
    ...(range.rangeEnd && { rangeEnd: range.rangeEnd }),
    limit: options.limit,
    revision: options.revision,
    sortOrder: isNaturalOrder ? SortOrder.none : options.sortOrder,
    sortTarget,
    serializable: options.isSerializable,
    keysOnly: view.keysOnly,
    countOnly: view.countOnly,
    minCreateRevision: options.minCreateRevision,
    maxCreateRevision: options.maxCreateRevision,
    minModRevision: options.minModRevision,
    maxModRevision: options.maxModRevision,
  };
}
