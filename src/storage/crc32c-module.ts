/**
 * Encodes a WebAssembly module that exports
 *   `memory`: the tables (see crc32c.ts), then space for a chunk of data;
 *   `advance(state, start, end)`: the CRC state after the bytes at `start` to `end` of that memory.
 *
 * The algorithm is "slicing by 16" (M. Kounavis, F. Berry: A Systematic Approach to Building High Performance
 * Software-based CRC Generators, which describes 8): sixteen bytes are looked up in sixteen independent tables. Only the
 * first four lookups depend on the previous step, so 16 is faster than 8.
 * Encoding: WebAssembly core specification 1.0, chapter 5.
 */
export const SHIFT_TABLE_COUNT = 16;
export const TABLE_ENTRIES = 256;
const TABLE_BYTES = 4 * TABLE_ENTRIES;
/** Of 64 KiB each: room for the tables and a chunk of 64 KiB. */
const MEMORY_PAGES = 2;

const BLOCK = 0x02;
const LOOP = 0x03;
const END = 0x0b;
const BRANCH = 0x0c;
const BRANCH_IF = 0x0d;
const NO_RESULT = 0x40;
const I32 = 0x7f;
const GREATER_UNSIGNED = 0x4b;
const ADD = 0x6a;
const AND = 0x71;
const XOR = 0x73;
const SHIFT_LEFT = 0x74;
const SHIFT_RIGHT_UNSIGNED = 0x76;
const GREATER_OR_EQUAL_UNSIGNED = 0x4f;

const STATE = 0;
const POSITION = 1;
const LIMIT = 2;
/** The first of four consecutive locals, which hold the words of a step. */
const FIRST_WORD = 3;
const WORDS_PER_STEP = SHIFT_TABLE_COUNT / 4;

type Code = readonly number[];

const get = (local: number): Code => [0x20, local];
const set = (local: number): Code => [0x21, local];
const constant = (value: number): Code => [0x41, ...signedLeb(value)];
const loadWord = (offset: number): Code => [0x28, 0, ...leb(offset)];
const loadByte = (offset: number): Code => [0x2d, 0, ...leb(offset)];

export function crc32cModule(): Uint8Array<ArrayBuffer> {
  const body = [...vector([[WORDS_PER_STEP, I32]]), ...advanceBody()];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector([[0x60, ...vector([[I32], [I32], [I32]]), ...vector([[I32]])]])),
    ...section(3, vector([[0]])),
    ...section(5, vector([[0, MEMORY_PAGES]])),
    ...section(
      7,
      vector([
        [...name('memory'), 2, 0],
        [...name('advance'), 0, 0],
      ]),
    ),
    ...section(10, vector([[...leb(body.length), ...body]])),
  ]);
}

function advanceBody(): Code {
  const isStepTooLong = [
    ...get(POSITION),
    ...constant(SHIFT_TABLE_COUNT),
    ADD,
    ...get(LIMIT),
    GREATER_UNSIGNED,
  ];
  return [
    ...whileLoop(isStepTooLong, step()),
    ...whileLoop([...get(POSITION), ...get(LIMIT), GREATER_OR_EQUAL_UNSIGNED], oneByte()),
    ...get(STATE),
    END,
  ];
}

/** One step of sixteen bytes. Table 0 is for the last byte. */
function step(): Code {
  const words = Array.from({ length: WORDS_PER_STEP }, (_, word) => [
    ...[...get(POSITION), ...loadWord(4 * word)],
    ...(word === 0 ? [...get(STATE), XOR] : []),
    ...set(FIRST_WORD + word),
  ]);
  const lookups = Array.from({ length: SHIFT_TABLE_COUNT }, (_, index) => [
    ...fourTimesByte(FIRST_WORD + Math.floor(index / 4), index % 4),
    ...loadWord((SHIFT_TABLE_COUNT - 1 - index) * TABLE_BYTES),
    ...(index === 0 ? [] : [XOR]),
  ]);
  return [
    ...words.flat(),
    ...[...lookups.flat(), ...set(STATE)],
    ...[...get(POSITION), ...constant(SHIFT_TABLE_COUNT), ADD, ...set(POSITION)],
  ];
}

function oneByte(): Code {
  return [
    ...[...get(STATE), ...get(POSITION), ...loadByte(0), XOR, ...set(FIRST_WORD)],
    ...[...fourTimesByte(FIRST_WORD, 0), ...loadWord(0)],
    ...[...get(STATE), ...constant(8), SHIFT_RIGHT_UNSIGNED, XOR, ...set(STATE)],
    ...[...get(POSITION), ...constant(1), ADD, ...set(POSITION)],
  ];
}

/** Four times byte `index` of a local: the offset in a table of 32-bit words. */
function fourTimesByte(local: number, index: number): Code {
  const shift = 8 * index - 2;
  const moved = shift < 0 ? [...constant(-shift), SHIFT_LEFT] : [...constant(shift), SHIFT_RIGHT_UNSIGNED];
  return [...get(local), ...moved, ...constant(0xff << 2), AND];
}

/** Repeats the body until the condition holds. */
function whileLoop(isDone: Code, body: Code): Code {
  return [BLOCK, NO_RESULT, LOOP, NO_RESULT, ...isDone, BRANCH_IF, 1, ...body, BRANCH, 0, END, END];
}

function section(id: number, contents: Code): Code {
  return [id, ...leb(contents.length), ...contents];
}

function vector(items: readonly Code[]): Code {
  return [...leb(items.length), ...items.flat()];
}

function name(text: string): Code {
  return vector([...Buffer.from(text)].map((byte) => [byte]));
}

function leb(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}

function signedLeb(value: number): Code {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signedLeb(value >> 7)];
}
