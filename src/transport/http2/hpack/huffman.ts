/**
 * The Huffman code of HPACK (RFC 7541, appendix B). It is canonical: codes of one length follow each other in the order of their
 * symbols, and those of the next length go on where they end, so that the lengths say everything.
 */

/** Bits of the code of each byte, in the order of the bytes, each as a digit to the base of 36. */
const LENGTHS =
  'dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6ca' +
  'd67777777777777777777777878djde6f56565666577666567655677777fbeds' +
  'kmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmolmnnllmlnmnnkmmmnmmn' +
  'qqkjmnmpqqqrrqopjlqrrqrollqqsrrrkoklmllnmmppooqnqrqqrrrrrsrrrrrq';

const MAX_CODE_BITS = 30;

/** The text ends within this many bits: they are ones, the beginning of a code that stands for no byte. */
const MAX_PADDING_BITS = 7;

interface CodeLength {
  readonly firstCode: number;
  /** Bytes whose codes have the length, in the order of the codes. */
  readonly symbols: readonly number[];
}

/** Index: bits of the code. Made when the first text is decoded. */
let codes: readonly CodeLength[] | undefined;

/** Nothing when the bytes are no such text. */
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
  for (let symbol = 0; symbol < LENGTHS.length; symbol++) {
    symbolsByLength[Number.parseInt(LENGTHS.charAt(symbol), 36)]?.push(symbol);
  }
  let firstCode = 0;
  return symbolsByLength.map((symbols) => {
    const ofLength = { firstCode, symbols };
    firstCode = (firstCode + symbols.length) * 2;
    return ofLength;
  });
}
