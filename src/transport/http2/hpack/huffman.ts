/**
 * The Huffman code of HPACK (RFC 7541, appendix B). It is canonical: codes of one length follow each other in the order of their
 * symbols, and those of the next length go on where they end, so that the lengths say everything.
 */

/** Bits of the code of each byte, in the order of the bytes; `n×l` stands for n times the length l. */
const LENGTHS = `13 23 7×28 24 30 2×28 30 8×28 30 9×28 6 2×10 12 13 6 8 11 2×10 8 11 8 3×6 3×5 7×6 7 8 15 6 12 10 13 6 22×7 8 7 8 13 19 13 14
  6 15 5 6 5 6 5 3×6 5 2×7 3×6 5 6 7 6 2×5 6 5×7 15 11 14 13 28 20 22 2×20 3×22 23 22 5×23 24 23 2×24 22 23 24 4×23 21 22 23
  22 2×23 24 22 21 20 2×22 2×23 21 23 2×22 24 21 22 2×23 2×21 22 21 23 22 2×23 20 3×22 23 2×22 23 2×26 20 19 22 23 22 25 3×26
  2×27 26 24 25 19 21 26 2×27 26 27 24 2×21 2×26 28 3×27 20 24 20 21 22 2×21 23 2×22 2×25 2×24 26 23 26 27 2×26 5×27 28 5×27
  26`;

const LONGEST_CODE_BITS = 30;

/** The text ends within this many bits: they are ones, the beginning of a code that stands for no byte. */
const LONGEST_PADDING_BITS = 7;

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
  const text: number[] = [];
  let code = 0;
  let length = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      code = code * 2 + ((byte >> bit) & 1);
      const ofLength = codes[++length];
      if (ofLength === undefined) return undefined;
      const symbol = ofLength.symbols[code - ofLength.firstCode];
      if (symbol === undefined) continue;
      text.push(symbol);
      code = 0;
      length = 0;
    }
  }
  const isPadding = length <= LONGEST_PADDING_BITS && code === 2 ** length - 1;
  return isPadding ? Buffer.from(text).toString('latin1') : undefined;
}

function codesByLength(): CodeLength[] {
  const lengths = LENGTHS.split(/\s+/).flatMap((part) => {
    const [count = '', length] = part.split('×');
    return length === undefined ? [Number(count)] : new Array<number>(Number(count)).fill(Number(length));
  });
  const symbolsByLength: number[][] = Array.from({ length: LONGEST_CODE_BITS + 1 }, () => []);
  for (const [symbol, length] of lengths.entries()) symbolsByLength[length]?.push(symbol);
  let firstCode = 0;
  return symbolsByLength.map((symbols) => {
    const ofLength = { firstCode, symbols };
    firstCode = (firstCode + symbols.length) * 2;
    return ofLength;
  });
}
