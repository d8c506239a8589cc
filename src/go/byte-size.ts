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

const EXPONENTS = ['', 'k', 'm', 'g', 't', 'p', 'e'];

/** The bytes of `100MB`, `64MiB`, `1.5g` or `4096`, in SI units, or binary ones with an `i`. `undefined` for another text. */
export function parseByteSize(text: string): bigint | undefined {
  const match = /^([0-9]+(?:\.[0-9]+)?) ?([kmgtpe]?)(i?)b?$/i.exec(text);
  if (match === null) return undefined;
  const [, number = '', unit = '', binary = ''] = match;
  if (binary !== '' && unit === '') return undefined;
  const base = binary === '' ? 1000 : 1024;
  return BigInt(Math.round(Number(number) * base ** EXPONENTS.indexOf(unit.toLowerCase())));
}
