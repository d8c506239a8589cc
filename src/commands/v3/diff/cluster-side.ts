import type { CommandContext } from '../../../cli/context.js';
import { keyAfter } from '../../../client/range/following-pages.js';
import { rangeInPages } from '../../../client/range/range-in-pages.js';
import type { KeyRange } from '../../../model/key-range.js';
import type { KeyValues } from '../../../model/key-values.js';
import type { KeyValue } from '../../../model/messages/kv.js';
import { NumberList } from '../../../storage/number-list.js';
import { rangeReader } from '../../kv/range-reader.js';

/** Up to this number, differing keys are read one by one; more are read with all keys between them. */
const MAX_SINGLE_READS = 100;

/** The keys of the cluster at one revision. */
export class ClusterSide {
  readonly #context: CommandContext;
  readonly #range: KeyRange;
  readonly #reader: ReturnType<typeof rangeReader>;
  #revision: bigint;
  /** By number of the key: the size of its value plus one; 0: the cluster does not have it. */
  readonly #sizes = new NumberList(Uint32Array);

  constructor(context: CommandContext, range: KeyRange, revision: bigint) {
    this.#context = context;
    this.#range = range;
    this.#revision = revision;
    this.#reader = rangeReader(context);
  }

  /** After `scan`, the one that was read. */
  get revision(): bigint {
    return this.#revision;
  }

  has(number: number): boolean {
    return this.#sizes.get(number) > 0;
  }

  sizeBytes(number: number): number {
    return Math.max(0, this.#sizes.get(number) - 1);
  }

  /** The cluster has the key with this number. */
  set(number: number, valueBytes: number): void {
    this.#sizes.set(number, valueBytes + 1);
  }

  /**
   * Calls `visit` for each key in order, and waits for what it returns.
   * @param pageEnd called before the pairs that were visited last become invalid
   */
  async scan(visit: (kv: KeyValue) => Promise<void> | undefined, pageEnd: () => void): Promise<void> {
    const progress = this.#context.notices.progress('Reading the keys of the cluster', 'count');
    try {
      let done = 0;
      const addPage = async (kvs: KeyValues, total: bigint) => {
        for (const kv of kvs) {
          const pause = visit(kv);
          if (pause !== undefined) await pause;
        }
        pageEnd();
        done += kvs.length;
        progress.update(done, Number(total));
        kvs.free?.();
      };
      const { response, rest = [] } = await this.#read(this.#range);
      this.#revision = this.#revision > 0n ? this.#revision : (response.header?.revision ?? 0n);
      await addPage(response.kvs, response.count);
      for await (const { kvs } of rest) await addPage(kvs, response.count);
    } finally {
      progress.stop();
    }
  }

  /** @param keys in their order, by number */
  async read(keys: ReadonlyMap<number, Uint8Array>): Promise<ReadonlyMap<number, KeyValue>> {
    const wanted = [...keys].filter(([number]) => this.has(number));
    const found = new Map<number, KeyValue>();
    if (wanted.length <= MAX_SINGLE_READS) {
      for (const [number, key] of wanted) {
        const { response } = await this.#read({ key });
        const [kv] = response.kvs;
        if (kv !== undefined) found.set(number, kv);
      }
      return found;
    }
    const [, first = NO_KEY] = wanted[0] ?? [];
    const [, last = NO_KEY] = wanted.at(-1) ?? [];
    const { response, rest = [] } = await this.#read({ key: first, rangeEnd: keyAfter(last) });
    let next = 0;
    const takeWanted = (kvs: KeyValues) => {
      for (const kv of kvs) {
        const [number, key] = wanted[next] ?? [];
        if (number === undefined || key === undefined || Buffer.compare(kv.key, key) !== 0) continue;
        found.set(number, copied(kv));
        next++;
      }
    };
    takeWanted(response.kvs);
    for await (const { kvs } of rest) takeWanted(kvs);
    return found;
  }

  #read(range: KeyRange) {
    return rangeInPages(
      this.#reader,
      { ...range, revision: this.#revision },
      { signal: this.#context.signal },
    );
  }
}

const NO_KEY = new Uint8Array(0);

/** A received pair keeps its whole page in memory. */
function copied(kv: KeyValue): KeyValue {
  return { ...kv, key: Buffer.from(kv.key), value: Buffer.from(kv.value) };
}
