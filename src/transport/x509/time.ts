import { type DerReader, TAG } from './der.js';
import { refuse } from './error.js';

/** RFC 5280 §4.1.2.5. @returns milliseconds since 1970 */
export function readTime(validity: DerReader): number {
  if (validity.nextIs(TAG.utcTime)) {
    const text = validity.content(TAG.utcTime)?.toString('latin1') ?? '';
    const century = Number(text.slice(0, 2)) < 50 ? '20' : '19';
    // Seconds may be missing.
    const [time, zone] = text.length === 13 || text.length === 17 ? split(text, 12) : split(text, 10);
    const full = time.length === 10 ? `${time}00` : time;
    return instant(century + full, zone) ?? refuse('x509: malformed UTCTime');
  }
  if (validity.nextIs(TAG.generalizedTime)) {
    const text = validity.content(TAG.generalizedTime)?.toString('latin1') ?? '';
    return instant(...split(text, 14)) ?? refuse('x509: malformed GeneralizedTime');
  }
  return refuse('x509: unsupported time format');
}

function split(text: string, position: number): [string, string] {
  return [text.slice(0, position), text.slice(position)];
}

/** @param time `YYYYMMDDhhmmss` @param zone `Z` or `+hhmm` */
function instant(time: string, zone: string): number | undefined {
  const iso = `${time.slice(0, 4)}-${time.slice(4, 6)}-${time.slice(6, 8)}T${time.slice(8, 10)}:${time.slice(10, 12)}:${time.slice(12)}.000Z`;
  const ms = Date.parse(iso);
  // Dates that do not exist become others.
  if (Number.isNaN(ms) || new Date(ms).toISOString() !== iso) return undefined;
  if (zone === 'Z') return ms;
  const [, sign, hours, minutes] = /^([+-])(\d\d)(\d\d)$/.exec(zone) ?? [];
  if (sign === undefined) return undefined;
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return sign === '-' ? ms + offsetMs : ms - offsetMs;
}
