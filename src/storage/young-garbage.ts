interface Collector {
  edenGC(): void;
}

/** Bun's own module; undefined in Node.js. */
const collector = process.getBuiltinModule?.('bun:jsc') as Collector | undefined;

/**
 * Collects what was allocated lately and is not used any more. Bun, otherwise, waits until it has the size of all that is in use,
 * tables and buffers included. Node.js does not, and has no such function.
 *
 * `storage/` leaves the runtime alone otherwise. `LongTask` calls this at each yield, because no caller of a long task knows better when
 * garbage has accumulated.
 */
export function collectYoungGarbage(): void {
  collector?.edenGC();
}
