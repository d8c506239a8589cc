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
