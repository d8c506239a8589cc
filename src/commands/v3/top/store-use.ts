import type { CommandContext } from '../../../cli/context.js';
import { rangeInPages } from '../../../client/range/range-in-pages.js';
import { prefixRange } from '../../../model/key-range.js';
import type { KeyValues } from '../../../model/key-values.js';
import type { KeyValue } from '../../../model/messages/kv.js';
import type { FileUse, StoreUse } from '../../../model/store-use.js';
import { rangeReader } from '../../kv/range-reader.js';
import type { TopOptions } from '../top.js';
import { KubernetesTotals } from './kubernetes-totals.js';
import { PrefixTotals } from './prefix-totals.js';
import { type KeyUse, Totals } from './totals.js';

/** Without a depth, the lowest of these that tells several prefixes apart. */
const DEPTHS = [1, 2, 3, 4, 5];

export async function readStoreUse(options: TopOptions, context: CommandContext): Promise<StoreUse> {
  const collector = new UseCollector(options);
  if (options.snapshotPath === undefined) {
    const revision = await addCluster(collector, options, context);
    return collector.result(revision);
  }
  const { addSnapshot } = await import('./snapshot-use.js');
  const { revision, file } = await addSnapshot(collector, options.snapshotPath, options.prefix, context);
  return collector.result(revision, file);
}

/** Sums up the keys of a store, which come in their order. */
export class UseCollector {
  readonly #options: TopOptions;
  readonly #total = new Totals();
  readonly #levels: readonly (readonly [depth: number, totals: PrefixTotals])[];
  readonly #kubernetes: KubernetesTotals | undefined;

  constructor(options: TopOptions) {
    this.#options = options;
    const { depth, separator, isKubernetes, prefix } = options;
    const depths = depth === 0 ? DEPTHS : [depth];
    this.#kubernetes = isKubernetes ? new KubernetesTotals(prefix.length, options) : undefined;
    this.#levels = isKubernetes
      ? []
      : depths.map((each) => [each, new PrefixTotals(each, separator, options)] as const);
  }

  add(key: Uint8Array, use: KeyUse): void {
    this.#total.add(use);
    this.#kubernetes?.add(key, use);
    for (const [, totals] of this.#levels) totals.add(key, use);
  }

  result(revision: bigint, file?: FileUse): StoreUse {
    const hasHistory = file !== undefined;
    const [depth, prefixes] = this.#levels.find(([, { count }]) => count > 1) ?? this.#levels.at(-1) ?? [0];
    return {
      revision,
      ...(file !== undefined && { file }),
      total: this.#total.result(hasHistory),
      sort: this.#options.sort,
      depth,
      tables:
        prefixes === undefined
          ? (this.#kubernetes?.results(hasHistory) ?? [])
          : [prefixes.result(hasHistory)],
    };
  }
}

/** Returns the revision at which the cluster was read. */
async function addCluster(
  collector: UseCollector,
  { prefix }: TopOptions,
  context: CommandContext,
): Promise<bigint> {
  const { notices, signal } = context;
  const progress = notices.progress('Reading the keys', 'count');
  try {
    const { response, rest = [] } = await rangeInPages(rangeReader(context), prefixRange(prefix), { signal });
    let done = 0;
    const addPage = (kvs: KeyValues) => {
      for (const kv of kvs) collector.add(kv.key, useOf(kv));
      done += kvs.length;
      progress.update(done, Number(response.count));
      kvs.free?.();
    };
    addPage(response.kvs);
    for await (const { kvs } of rest) addPage(kvs);
    return response.header?.revision ?? 0n;
  } finally {
    progress.stop();
  }
}

function useOf({ key, value }: KeyValue): KeyUse {
  return { isLive: true, keyBytes: key.length, valueBytes: value.length, oldRevisions: 0, oldBytes: 0 };
}
