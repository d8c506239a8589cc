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

/** Numbers of the static table, of whole fields and of names; of two fields with one name, either will do. */
const NUMBERS: ReadonlyMap<string, number> = new Map(
  STATIC_TABLE.flatMap(([name, value], index) => [
    [name, index + 1],
    [`${name}=${value}`, index + 1],
  ]),
);

function encodeField(name: string, value: string): Uint8Array[] {
  const whole = NUMBERS.get(`${name}=${value}`);
  if (whole !== undefined) return [integer(whole, 7, 0x80)];
  const named = NUMBERS.get(name);
  if (named !== undefined) return [integer(named, 4, 0x10), ...text(value)];
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
