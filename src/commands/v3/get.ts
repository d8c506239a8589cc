import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { boolFlag, type FlagValues, int64Flag, stringFlag } from '../../cli/flags.js';
import { keyRangeFromArguments, rejectPrefixWithFromKey } from '../../cli/key-range-arguments.js';
import { UsageError } from '../../model/errors.js';
import type { KeyRange } from '../../model/key-range.js';
import {
  type KeyValue,
  type RangeRequest,
  type RangeResponse,
  type RangeStreamResponse,
  SortOrder,
  SortTarget,
} from '../../model/messages.js';
import type { RangeView } from '../../model/results.js';

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

const flags = {
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
type Flags = FlagValues<typeof flags>;

export function registerGet(parent: CommandParent, run = runGet): void {
  parent.command({
    name: 'get',
    group: 'kv',
    usage: '<key> [range_end]',
    summary: 'Print a key, or a range of keys, with the values',
    description: 'With range_end, the range is all keys from <key> up to, but not including, range_end.',
    flags,
    deadline: 'command-timeout',
    result: 'range',
    toOptions: toGetOptions,
    run,
  });
}

function toGetOptions(args: readonly string[], given: Flags): GetOptions {
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
  throw new UsageError(`unknown consistency flag ${JSON.stringify(consistency)}`, 'choice');
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

export async function runGet(options: GetOptions, context: CommandContext): Promise<void> {
  rejectOtherFormats(options.view, context.format);
  const client = await context.connect();
  const request = toRangeRequest(options);
  const call = { signal: context.signal };
  const response = options.usesStream
    ? await joinParts(client.kv.rangeStream(request, call))
    : await client.kv.range(request, call);
  await context.emit({ kind: 'range', response, view: options.view });
}

function rejectOtherFormats(view: RangeView, format: string): void {
  if (view.countOnly && format !== 'fields') {
    throw new UsageError('--count-only is only for `--write-out=fields`');
  }
  if (view.valuesOnly && format !== 'simple') {
    throw new UsageError('print-value-only is only for `--write-out=simple`');
  }
}

/** The one answer that the parts of a streamed range make: keys follow each other, totals are in the last. */
async function joinParts(parts: AsyncIterable<RangeStreamResponse>): Promise<RangeResponse> {
  const kvs: KeyValue[] = [];
  let joined: RangeResponse = { header: undefined, kvs, more: false, count: 0n };
  for await (const { rangeResponse: part } of parts) {
    if (part === undefined) continue;
    for (const kv of part.kvs) kvs.push(kv);
    joined = {
      header: part.header ?? joined.header,
      kvs,
      more: part.more || joined.more,
      count: part.count || joined.count,
    };
  }
  return joined;
}
