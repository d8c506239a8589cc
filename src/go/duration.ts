/**
 * Go's durations, such as `1h2m3.5s`: time.ParseDuration and Duration.String. A duration is a whole number of
 * nanoseconds, as in Go.
 */
import { bytesFromText } from './bytes.js';
import { GoParseError } from './parse-error.js';

const MAX_NANOSECONDS = 2n ** 63n;
const UNITS: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['\u00b5s', 1_000n], // the micro sign
  ['\u03bcs', 1_000n], // the Greek letter mu
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
]);
const NANOSECONDS_PER_MS = 1e6;

/** Nanoseconds. Throws a `GoParseError` for anything but a signed sequence of numbers with units, or a bare 0. */
export function parseDuration(text: string): bigint {
  const isNegative = text.startsWith('-');
  let rest = isNegative || text.startsWith('+') ? text.slice(1) : text;
  if (rest === '0') return 0n;
  if (rest === '') throw durationError('invalid duration', text);
  let total = 0n;
  while (rest !== '') {
    const match = /^([0-9]*)(?:\.([0-9]*))?([^.0-9]*)/s.exec(rest);
    const [part = '', whole = '', fraction = '', unitName = ''] = match ?? [];
    if (whole === '' && fraction === '') throw durationError('invalid duration', text);
    if (BigInt(whole) > MAX_NANOSECONDS) throw durationError('invalid duration', text);
    if (unitName === '') throw durationError('missing unit in duration', text);
    const unit = UNITS.get(unitName);
    if (unit === undefined) throw durationError(`unknown unit ${quote(unitName)} in duration`, text);
    total += BigInt(whole) * unit + fractionOf(fraction, unit);
    if (total > MAX_NANOSECONDS) throw durationError('invalid duration', text);
    rest = rest.slice(part.length);
  }
  if (!isNegative && total === MAX_NANOSECONDS) throw durationError('invalid duration', text);
  return isNegative ? -total : total;
}

/** Duration.String: `0s`, `1.5ms`, `2m0s`, `1h0m0.25s`. The input is in nanoseconds. */
export function formatDuration(nanoseconds: bigint): string {
  const sign = nanoseconds < 0n ? '-' : '';
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (size === 0n) return '0s';
  if (size < 1_000n) return `${sign}${size}ns`;
  if (size < 1_000_000n) return `${sign}${decimal(size, 3)}\u00b5s`;
  if (size < 1_000_000_000n) return `${sign}${decimal(size, 6)}ms`;
  const minutes = size / 60_000_000_000n;
  const seconds = `${decimal(size % 60_000_000_000n, 9)}s`;
  if (minutes === 0n) return sign + seconds;
  if (minutes < 60n) return `${sign}${minutes}m${seconds}`;
  return `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

/** Milliseconds with a fraction: exact to the nanosecond up to 104 days. */
export function millisecondsFromNanoseconds(nanoseconds: bigint): number {
  return Number(nanoseconds) / NANOSECONDS_PER_MS;
}

export function nanosecondsFromMilliseconds(ms: number): bigint {
  return BigInt(Math.round(ms * NANOSECONDS_PER_MS));
}

/** Go computes the fraction as a double, after dropping digits that do not fit in a 63-bit integer. */
function fractionOf(digits: string, unit: bigint): bigint {
  if (digits === '') return 0n;
  let kept = digits;
  while (BigInt(kept) > MAX_NANOSECONDS) kept = kept.slice(0, -1);
  return BigInt(Math.trunc(Number(kept) * (Number(unit) / 10 ** kept.length)));
}

/** The number divided by 10^places, without trailing zeros. */
function decimal(value: bigint, places: number): string {
  const scale = 10n ** BigInt(places);
  const fraction = (value % scale).toString().padStart(places, '0').replace(/0+$/, '');
  return fraction === '' ? `${value / scale}` : `${value / scale}.${fraction}`;
}

function durationError(why: string, text: string): GoParseError {
  return new GoParseError(`time: ${why} ${quote(text)}`);
}

/** The quoting of Go's time package: every byte outside printable ASCII becomes `\x..`. */
function quote(text: string): string {
  const escaped = Array.from(bytesFromText(text), (byte) => {
    if (byte >= 0x80 || byte < 0x20) return `\\x${byte.toString(16).padStart(2, '0')}`;
    const character = String.fromCharCode(byte);
    return character === '"' || character === '\\' ? `\\${character}` : character;
  });
  return `"${escaped.join('')}"`;
}
