// The DER encoding of the few ASN.1 types that certificates are made of (ITU-T X.690).

/**
 * @param {number} tag the identifier octet
 * @param {Uint8Array[]} contents
 * @returns {Buffer}
 */
export function element(tag, ...contents) {
  const body = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), encodeLength(body.length), body]);
}

/** @param {Uint8Array[]} members */
export const sequence = (...members) => element(0x30, ...members);

/** @param {Uint8Array[]} members */
export const set = (...members) => element(0x31, ...members);

/** @param {boolean} value */
export const boolean = (value) => element(0x01, Buffer.from([value ? 0xff : 0]));

/** @param {string} text */
export const utf8String = (text) => element(0x0c, Buffer.from(text, 'utf8'));

/** @param {Uint8Array} bytes */
export const octetString = (bytes) => element(0x04, bytes);

export const nullValue = () => element(0x05);

/**
 * @param {Uint8Array} bytes
 * @param {number} [unusedBits] at the end of the last octet
 */
export const bitString = (bytes, unusedBits = 0) => element(0x03, Buffer.from([unusedBits]), bytes);

/**
 * A constructed, explicitly tagged element.
 *
 * @param {number} number
 * @param {Uint8Array[]} contents
 */
export const tagged = (number, ...contents) => element(0xa0 | number, ...contents);

/**
 * A primitive, implicitly tagged element.
 *
 * @param {number} number
 * @param {Uint8Array} bytes
 */
export const implicit = (number, bytes) => element(0x80 | number, bytes);

/**
 * @param {Uint8Array} magnitude big endian, not negative, at least one octet
 */
export function unsignedInteger(magnitude) {
  const firstUsed = magnitude.findIndex((octet) => octet !== 0);
  const trimmed = firstUsed < 0 ? Buffer.from([0]) : magnitude.subarray(firstUsed);
  const needsSign = (trimmed[0] ?? 0) >= 0x80;
  return element(0x02, Buffer.from(needsSign ? [0] : []), trimmed);
}

/** @param {string} dotted such as `2.5.4.3` */
export function objectIdentifier(dotted) {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const octets = [first * 40 + second, ...rest].flatMap((number) => {
    const groups = [number & 0x7f];
    for (let left = number >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    return groups;
  });
  return element(0x06, Buffer.from(octets));
}

/**
 * UTCTime up to 2049, GeneralizedTime from 2050 on, as RFC 5280 section 4.1.2.5 wants it.
 *
 * @param {Date} date
 */
export function time(date) {
  const digits = date
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:T]/g, '');
  const isShort = date.getUTCFullYear() < 2050;
  return element(isShort ? 0x17 : 0x18, Buffer.from(isShort ? digits.slice(2) : digits, 'latin1'));
}

/** @param {number} length */
function encodeLength(length) {
  if (length < 0x80) return Buffer.from([length]);
  const octets = [];
  for (let left = length; left > 0; left = Math.floor(left / 256)) octets.unshift(left % 256);
  return Buffer.from([0x80 | octets.length, ...octets]);
}
