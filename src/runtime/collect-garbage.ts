import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

/**
 * Collects all garbage, old garbage included: in V8, 5 to 10 ms for the heap of a command. V8 does not see how much memory outside of the
 * heap garbage holds until that is 64 MiB.
 */
export function collectGarbage(): void {
  collect ??= collectorOfBun() ?? collectorOfV8();
  collect();
}

const COLLECT_EVERY_BYTES = 16 << 20;

/** Node.js 20 collects old garbage in time. */
const accumulates = 'Bun' in globalThis || Number.parseInt(process.versions.v8, 10) >= 12;

/**
 * Collects garbage after each 16 MiB of data, where the runtime would let garbage that has become old accumulate: what waits for the network
 * survives the collections of the space of new objects, and only a collection of the whole heap frees it.
 */
export class OldGarbage {
  readonly #collect: (() => void) | undefined;
  #bytes = 0;

  constructor(collect = accumulates ? collectGarbage : undefined) {
    this.#collect = collect;
  }

  /** Counts data that is garbage soon. */
  count(bytes: number): void {
    if (this.#collect === undefined) return;
    this.#bytes += bytes;
    if (this.#bytes < COLLECT_EVERY_BYTES) return;
    this.#bytes = 0;
    this.#collect();
  }
}

function collectorOfBun(): (() => void) | undefined {
  const { Bun } = globalThis as { readonly Bun?: { gc(isSynchronous: boolean): void } };
  return Bun && (() => Bun.gc(true));
}

/** V8 rejects compiled code that was kept under other flags: the flag gets its default again at once. */
function collectorOfV8(): () => void {
  setFlagsFromString('--expose-gc');
  try {
    return runInNewContext('gc') as () => void;
  } finally {
    setFlagsFromString('--no-expose-gc');
  }
}
