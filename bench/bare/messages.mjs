// The few messages of etcd that the bare program sends and reads, as protobuf without a codec. Numbers of fields: src/wire/proto.

/** @param {number | bigint} number @returns {Buffer} */
function varint(number) {
  const bytes = [];
  for (let left = BigInt(number); ; left >>= 7n) {
    bytes.push(Number(left & 0x7fn) | (left > 0x7fn ? 0x80 : 0));
    if (left <= 0x7fn) return Buffer.from(bytes);
  }
}

/**
 * A message of fields: numbers become varints, the rest length-delimited fields.
 *
 * @param {...[field: number, value: number | bigint | string | Buffer]} fields
 * @returns {Buffer}
 */
export function message(...fields) {
  return Buffer.concat(
    fields.flatMap(([field, value]) => {
      if (typeof value === 'number' || typeof value === 'bigint') return [varint(field * 8), varint(value)];
      const bytes = Buffer.from(/** @type {string} */ (value));
      return [varint(field * 8 + 2), varint(bytes.length), bytes];
    }),
  );
}

/**
 * The values of one field of a message: bytes, or bigints.
 *
 * @param {Buffer} bytes
 * @param {number} wanted
 * @returns {(Buffer | bigint)[]}
 */
export function valuesOf(bytes, wanted) {
  const found = [];
  for (let offset = 0; offset < bytes.length; ) {
    const tag = readVarint();
    const number = readVarint();
    const isBytes = (tag & 7n) === 2n;
    const value = isBytes ? bytes.subarray(offset, offset + Number(number)) : number;
    if (isBytes) offset += Number(number);
    if (tag >> 3n === BigInt(wanted)) found.push(value);

    function readVarint() {
      let value = 0n;
      for (let shift = 0n; ; shift += 7n) {
        const byte = bytes[offset++] ?? 0;
        value |= BigInt(byte & 0x7f) << shift;
        if (byte < 0x80) return value;
      }
    }
  }
  return found;
}
