/**
 * Milliseconds since an unspecified time, on a clock that is never set. `performance.now()` does the same, but Node.js loads ten modules for
 * it, which takes a millisecond of each start.
 */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}
