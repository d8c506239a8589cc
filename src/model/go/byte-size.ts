const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'] as const;

/** Bytes in SI units with one decimal below ten: `9 B`, `2.2 MB`, `90 kB` (dustin/go-humanize `Bytes`). */
export function formatByteSize(bytes: number | bigint): string {
  const size = Number(bytes);
  if (size < 10) return `${size} B`;
  const exponent = Math.min(Math.floor(Math.log(size) / Math.log(1000)), UNITS.length - 1);
  const scaled = Math.floor((size / 1000 ** exponent) * 10 + 0.5) / 10;
  return `${scaled.toFixed(scaled < 10 ? 1 : 0)} ${UNITS[exponent]}`;
}
