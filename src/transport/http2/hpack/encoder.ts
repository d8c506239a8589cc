import { STATIC_TABLE } from './static-table.js';

/**
 * A header block that refers to no earlier block, so that it can be kept and sent again, on any connection. Fields of the static
 * table go as numbers, other texts as they are (RFC 7541, 6.2.3): a proxy on the way must not keep them either, for one may be a
 * token.
 * @param fields names in lower case; texts are Latin-1
 */
export function encodeHeaders(fields: Iterable<readonly [name: string, value: string]>): Buffer {
  return Buffer.concat([...fields].flatMap(([name, value]) => encodeField(name, value)));
}

function encodeField(name: string, value: string): Uint8Array[] {
  const whole = STATIC_TABLE.findIndex((known) => known[0] === name && known[1] === value && value !== '');
  if (whole >= 0) return [integer(whole + 1, 7, 0x80)];
  const named = STATIC_TABLE.findIndex((known) => known[0] === name);
  if (named >= 0) return [integer(named + 1, 4, 0x10), ...text(value)];
  return [integer(0, 4, 0x10), ...text(name), ...text(value)];
}

function text(value: string): Uint8Array[] {
  const bytes = Buffer.from(value, 'latin1');
  return [integer(bytes.length, 7, 0), bytes];
}

/** @param marks the bits of the first byte in front of the number */
function integer(value: number, prefixBits: number, marks: number): Uint8Array {
  const largest = 2 ** prefixBits - 1;
  if (value < largest) return Uint8Array.of(marks | value);
  const bytes = [marks | largest];
  let rest = value - largest;
  for (; rest >= 0x80; rest >>= 7) bytes.push(0x80 | (rest & 0x7f));
  return Uint8Array.from([...bytes, rest]);
}
