import { STATIC_TABLE } from './static-table.js';

/**
 * Encodes a header block without the dynamic table, so that it can be reused on any connection. Fields of the static table are
 * indexed; others are never-indexed literals (RFC 7541, 6.2.3), so that intermediaries do not put a token into their tables either.
 * @param fields names in lower case; names and values are Latin-1
 */
export function encodeHeaders(fields: Iterable<readonly [name: string, value: string]>): Buffer {
  return Buffer.concat([...fields].flatMap(([name, value]) => encodeField(name, value)));
}

/** Indexes of the static table, by `name=value` and by name; of several fields with one name, any index may be used. */
const STATIC_INDEXES: ReadonlyMap<string, number> = new Map(
  STATIC_TABLE.flatMap(([name, value], index) => [
    [name, index + 1],
    [`${name}=${value}`, index + 1],
  ]),
);

function encodeField(name: string, value: string): Uint8Array[] {
  const fieldIndex = STATIC_INDEXES.get(`${name}=${value}`);
  if (fieldIndex !== undefined) return [integer(fieldIndex, 7, 0x80)];
  const nameIndex = STATIC_INDEXES.get(name);
  if (nameIndex !== undefined) return [integer(nameIndex, 4, 0x10), ...stringLiteral(value)];
  return [integer(0, 4, 0x10), ...stringLiteral(name), ...stringLiteral(value)];
}

function stringLiteral(value: string): Uint8Array[] {
  const bytes = Buffer.from(value, 'latin1');
  return [integer(bytes.length, 7, 0), bytes];
}

/** RFC 7541, 5.1. @param pattern bits of the first byte before the prefix */
function integer(value: number, prefixBits: number, pattern: number): Uint8Array {
  const prefixMax = 2 ** prefixBits - 1;
  if (value < prefixMax) return Uint8Array.of(pattern | value);
  const bytes = [pattern | prefixMax];
  let rest = value - prefixMax;
  for (; rest >= 0x80; rest >>= 7) bytes.push(0x80 | (rest & 0x7f));
  return Uint8Array.from([...bytes, rest]);
}
