import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { boolFlag, type FlagValues, int64Flag, stringFlag } from '../../cli/flags.js';
import { type PagedRange, rangeInPages } from '../../client/range/range-in-pages.js';
import { bytesFromText } from '../../go/bytes.js';
import { quoteGo } from '../../go/quote.js';
import type { DecodingName } from '../../model/decoded-value.js';
import { UsageError } from '../../model/errors.js';
import type { KeyRange } from '../../model/key-range.js';
import { type RangeRequest, SortOrder, SortTarget } from '../../model/messages/kv.js';
import type { RangeView } from '../../model/results.js';
import { decodeFlag, toDecoding } from '../kv/decode-flag.js';
import { keyRangeFromArguments, rejectPrefixWithFromKey } from '../kv/key-range-arguments.js';
import { rangeReader } from '../kv/range-reader.js';

/** `raw`: the bytes of a single value and nothing else. */
export type ValueForm =
  | { readonly kind: 'raw' }
  | { readonly kind: 'decoded'; readonly decoding: DecodingName };

/** The options of `get`, on the command line or as a request of a transaction. */
export interface GetOptions {
  readonly range: KeyRange;
  readonly view: RangeView;
  /** How values are shown, if not as etcdctl shows them. */
  readonly valueForm?: ValueForm;
  /** Absent: read from the cluster. */
  readonly snapshotPath?: string;
  readonly isSerializable: boolean;
  readonly usesStream: boolean;
  /** 0: no limit. The revisions below are 0 when they are not given. */
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
  prefix: boolFlag(false, 'get all keys with the prefix <key>'),
  'from-key': boolFlag(false, 'get <key> and all keys after it, in byte order'),
  limit: int64Flag(0n, 'maximum number of keys; 0: no limit'),
  rev: int64Flag(0n, 'revision to read at; 0: the current one'),
  order: stringFlag('', 'sort order', { choices: Object.keys(ORDERS) }),
  'sort-by': stringFlag('', 'field to sort by', { choices: Object.keys(TARGETS) }),
  consistency: stringFlag('l', 'l: linearizable read; s: serializable read, served by a single member', {
    choices: ['l', 's'],
  }),
  'keys-only': boolFlag(false, 'get the keys without their values'),
  'count-only': boolFlag(false, 'get only the number of keys (requires --write-out=fields)'),
  'print-value-only': boolFlag(false, 'print the values without their keys (requires --write-out=simple)'),
  'min-create-rev': int64Flag(0n, 'minimum create revision of the keys'),
  'max-create-rev': int64Flag(0n, 'maximum create revision of the keys'),
  'min-mod-rev': int64Flag(0n, 'minimum mod revision of the keys'),
  'max-mod-rev': int64Flag(0n, 'maximum mod revision of the keys'),
  stream: boolFlag(false, 'receive the range as a stream of chunks (etcd 3.7 and later)'),
};
type Flags = FlagValues<typeof getFlags>;

/** Flags of the command that a request of a transaction does not have. */
const valueFlags = {
  decode: decodeFlag,
  raw: boolFlag(false, 'write the exact bytes of a single value, without a line end', { isAddition: true }),
};
type ValueFlags = FlagValues<typeof valueFlags>;

const sourceFlags = {
  'from-snapshot': stringFlag(
    '',
    'read this snapshot instead of a cluster; --consistency and --stream have no effect',
    {
      isAddition: true,
    },
  ),
};

export function registerGet(parent: CommandParent, run = runGet): void {
  parent.command({
    name: 'get',
    group: 'kv',
    usage: '<key> [range_end]',
    summary: 'Get a key or a range of keys',
    description: [
      'With range_end, the range is [<key>, range_end): it does not include range_end.',
      '',
      'With --decode, --write-out can be simple, json (a line for each key) or yaml (a document for each key).',
    ].join('\n'),
    examples: [
      '# Get one key',
      'etcdctl get config',
      '# List the names of all keys with a prefix',
      'etcdctl get registry/ --prefix --keys-only',
      '# Get at most 10 keys from a up to, but not including, n',
      'etcdctl get a n --limit=10 -w json',
      '# Get the value that a key had at an earlier revision',
      'etcdctl get config --rev=1234',
      '# Get the value that a key has in a backup',
      'etcdctl get config --from-snapshot backup.db',
      '# Copy a value to a file, byte for byte',
      'etcdctl get certificates/ca --raw >ca.der',
      '# Show an object of Kubernetes',
      'etcdctl get /registry/pods/default/web-0 --decode -w yaml',
    ],
    flags: { ...getFlags, ...valueFlags, ...sourceFlags },
    deadline: ({ snapshotPath }) => (snapshotPath === undefined ? 'command-timeout' : 'node'),
    result: ({ valueForm }) => (valueForm?.kind === 'decoded' ? 'decoded-values' : 'range'),
    toOptions(args, given): GetOptions {
      const valueForm = toValueForm(args, given);
      const snapshotPath = given['from-snapshot'];
      return {
        ...toGetOptions(args, given),
        ...(valueForm && { valueForm }),
        ...(snapshotPath !== '' && { snapshotPath }),
      };
    },
    run,
  });
}

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

/** Throws a `UsageError` for flags that leave out the values or show them in another form. */
function toValueForm(args: readonly string[], given: Flags & ValueFlags): ValueForm | undefined {
  const decoding = toDecoding(given.decode, args);
  const form = decoding !== undefined ? '--decode' : given.raw ? '--raw' : undefined;
  if (form === undefined) return undefined;
  const excluded = (['keys-only', 'count-only'] as const).find((name) => given[name]);
  const other = decoding !== undefined && given.raw ? 'raw' : excluded;
  if (other !== undefined) {
    throw new UsageError(`\`${form}\` and \`--${other}\` cannot be set at the same time, choose one`);
  }
  return decoding === undefined ? { kind: 'raw' } : { kind: 'decoded', decoding };
}

function toIsSerializable(consistency: string): boolean {
  if (consistency === 's') return true;
  if (consistency === 'l') return false;
  throw new UsageError(`unknown consistency flag ${quoteGo(bytesFromText(consistency))}`, 'choice');
}

/** The enum number of a name, in any letter case; `undefined` for an empty name. Throws a `UsageError` for an unknown one. */
function toChoice<Number extends number>(
  choices: Readonly<Record<string, Number>>,
  name: string,
  message: string,
): Number | undefined {
  if (name === '') return undefined;
  const upper = name.toUpperCase();
  if (!Object.hasOwn(choices, upper)) throw new UsageError(`${message} ${name}`, 'choice');
  return choices[upper];
}

/** Throws when min is above max. As in etcdctl, it is checked only if max is set, and the message has etcdctl's variable names. */
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
  // Keys come in ascending order by default. With an explicit order, the server loads the whole range before it sorts it.
  const isNaturalOrder = sortTarget === SortTarget.key && options.sortOrder === SortOrder.ascend;
  return {
    key: range.key,
    ...(range.rangeEnd && { rangeEnd: range.rangeEnd }),
    limit: limitOf(options),
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

/** Of several keys, the second tells `--raw` that there are too many. */
function limitOf({ valueForm, limit }: GetOptions): bigint {
  return valueForm?.kind === 'raw' && limit !== 1n ? 2n : limit;
}

export async function runGet(options: GetOptions, context: CommandContext): Promise<void> {
  rejectOtherFormats(options, context.format);
  const { snapshotPath, usesStream } = options;
  const request = toRangeRequest(options);
  const emit = (range: PagedRange) => emitRange(range, options, context);
  if (snapshotPath === undefined) {
    await emit(await rangeInPages(rangeReader(context), request, { signal: context.signal, usesStream }));
  } else {
    const { withSnapshotRange } = await import('../files/snapshot-range.js');
    await withSnapshotRange(snapshotPath, request, context, emit);
  }
}

async function emitRange(
  range: PagedRange,
  { view, valueForm }: GetOptions,
  context: CommandContext,
): Promise<void> {
  if (valueForm !== undefined) {
    const { emitDecodedRange, emitRawValue } = await import('../kv/value-output.js');
    if (valueForm.kind === 'raw') return emitRawValue(range, context);
    return emitDecodedRange(range, { ...view, decoding: valueForm.decoding }, context);
  }
  await context.emit({ kind: 'range', ...range, view });
}

function rejectOtherFormats({ view, valueForm }: GetOptions, format: string): void {
  if (view.countOnly && format !== 'fields') {
    throw new UsageError('--count-only is only for `--write-out=fields`');
  }
  if (valueForm?.kind === 'raw' && format !== 'simple') {
    throw new UsageError('--raw is only for `--write-out=simple`');
  }
  if (view.valuesOnly && valueForm === undefined && format !== 'simple') {
    throw new UsageError('print-value-only is only for `--write-out=simple`');
  }
}
