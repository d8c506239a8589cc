const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'] as const;

/** Bytes in SI units with one decimal below ten: `9 B`, `2.2 MB`, `90 kB` (dustin/go-humanize `Bytes`). */
export function formatByteSize(bytes: number | bigint): string {
  const size = Number(bytes);
  if (size < 10) return `${size} B`;
  const exponent = Math.min(Math.floor(Math.log(size) / Math.log(1000)), UNITS.length - 1);
  const scaled = Math.floor((size / 1000 ** exponent) * 10 + 0.5) / 10;
  return `${scaled < 10 ? scaled.toFixed(1) : halfToEven(scaled)} ${UNITS[exponent]}`;
}

/** Rounds half to even, as Go's `%.0f` does: 20.5 becomes 20, and 21.5 becomes 22. */
function halfToEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
