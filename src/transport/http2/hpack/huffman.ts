/**
 * The Huffman code of HPACK (RFC 7541, appendix B). It is canonical: codes of one length are consecutive, in the order of their
 * symbols, and continue those of the previous length. So the code lengths define the code.
 */

/** Code length of each byte from 0 to 255, in bits, as one base-36 digit. */
const CODE_LENGTHS =
  'dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6ca' +
  'd67777777777777777777777878djde6f56565666577666567655677777fbeds' +
  'kmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmolmnnllmlnmnnkmmmnmmn' +
  'qqkjmnmpqqqrrqopjlqrrqrollqqsrrrkoklmllnmmppooqnqrqqrrrrrsrrrrrq';

const MAX_CODE_BITS = 30;

/** Padding at the end: fewer than eight bits, all ones, the start of the EOS code (RFC 7541, 5.2). */
const MAX_PADDING_BITS = 7;

interface CodeLength {
  readonly firstCode: number;
  /** Bytes whose code has this length, in the order of the codes. */
  readonly symbols: readonly number[];
}

/** By code length. Computed for the first decoded string. */
let codes: readonly CodeLength[] | undefined;

/** `undefined` when the bytes are not a valid Huffman-encoded string. */
export function decodeHuffman(bytes: Uint8Array): string | undefined {
  codes ??= codesByLength();
  let text = '';
  let code = 0;
  let length = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      code = code * 2 + ((byte >> bit) & 1);
      const ofLength = codes[++length];
      if (ofLength === undefined) return undefined;
      const symbol = ofLength.symbols[code - ofLength.firstCode];
      if (symbol === undefined) continue;
      text += String.fromCharCode(symbol);
      code = 0;
      length = 0;
    }
  }
  const isPadding = length <= MAX_PADDING_BITS && code === 2 ** length - 1;
  return isPadding ? text : undefined;
}

function codesByLength(): CodeLength[] {
  const symbolsByLength: number[][] = Array.from({ length: MAX_CODE_BITS + 1 }, () => []);
  for (let symbol = 0; symbol < CODE_LENGTHS.length; symbol++) {
    symbolsByLength[Number.parseInt(CODE_LENGTHS.charAt(symbol), 36)]?.push(symbol);
  }
  let firstCode = 0;
  return symbolsByLength.map((symbols) => {
    const ofLength = { firstCode, symbols };
    firstCode = (firstCode + symbols.length) * 2;
    return ofLength;
  });
}
