/**
 * Repeated messages of a response that stay encoded until they are iterated. Objects for all messages of a large response would survive
 * young-generation collections, which makes the heap grow to many times the size of the response.
 */
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { ServerError, UNREADABLE_DETAILS } from '../model/errors.js';
import { freeMessage } from '../runtime/free-bytes.js';

/** Lists of fewer messages are decoded at once, to an array. */
const MIN_PACKED = 256;

const MAX_VARINT_BYTES = 10;

/** Where the messages are in an encoded response. They follow each other. */
interface Run {
  readonly from: number;
  readonly to: number;
  readonly length: number;
  readonly lastFrom: number;
}

/** The decoder of a message, of the generated codec. */
type Decode<Message> = (reader: BinaryReader, length: number) => Message;

export class PackedList<Message> {
  readonly #bytes: Uint8Array;
  readonly #run: Run;
  readonly #decode: Decode<Message>;

  constructor(bytes: Uint8Array, run: Run, decode: Decode<Message>) {
    this.#bytes = bytes;
    this.#run = run;
    this.#decode = decode;
  }

  get length(): number {
    return this.#run.length;
  }

  get sizeBytes(): number {
    return this.#run.to - this.#run.from;
  }

  at(index: number): Message | undefined {
    if (index === -1) return this.#decodeFrom(this.#run.lastFrom).next().value ?? undefined;
    let remaining = index < 0 ? index + this.length : index;
    for (const message of this) if (remaining-- === 0) return message;
    return undefined;
  }

  filter(predicate: (message: Message) => boolean): Message[] {
    const passing: Message[] = [];
    for (const message of this) if (predicate(message)) passing.push(message);
    return passing;
  }

  /** @param start not negative */
  slice(start: number): PackedList<Message> | Message[] {
    return start === 0 ? this : [...this].slice(start);
  }

  /** Frees the memory of the response. No message of it may be used afterwards. */
  free(): void {
    freeMessage(this.#bytes);
  }

  [Symbol.iterator](): Generator<Message, void, undefined> {
    return this.#decodeFrom(this.#run.from);
  }

  *#decodeFrom(from: number): Generator<Message, void, undefined> {
    const reader = new BinaryReader(this.#bytes);
    reader.pos = from;
    while (reader.pos < this.#run.to) {
      reader.uint32();
      yield decodeNext(reader, this.#decode);
    }
  }
}

/** The scan has read the lengths of the messages, but not what is in them. A damaged one fails as a damaged response does. */
function decodeNext<Message>(reader: BinaryReader, decode: Decode<Message>): Message {
  try {
    return decode(reader, reader.uint32());
  } catch (cause) {
    throw new ServerError(`rpc error: code = Internal desc = ${UNREADABLE_DETAILS}`, 'Internal', { cause });
  }
}

/**
 * Finds the messages of a repeated field. Undefined when they are few, or other fields are between them.
 * @param wantedTag of the field
 */
export function findRun(bytes: Uint8Array, wantedTag: number): Run | undefined {
  const reader = new BinaryReader(bytes);
  let [from, to, length, lastFrom] = [0, 0, 0, 0];
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const tag = reader.uint32();
    // The end of a group, or no field: left to the generated decoder.
    if ((tag & 7) === 4 || tag === 0) return undefined;
    skip(reader, tag);
    if (tag !== wantedTag) continue;
    if (length === 0) from = start;
    else if (start !== to) return undefined;
    lastFrom = start;
    to = reader.pos;
    length++;
  }
  return length < MIN_PACKED ? undefined : { from, to, length, lastFrom };
}

/** A response; `messageTags` of the fields of the run's messages that are messages themselves. */
interface Nested {
  readonly bytes: Uint8Array;
  readonly messageTags: readonly number[];
}

/**
 * Checks that the messages of the run can be decoded, without decoding them.
 * @throws RangeError or Error like the decoder
 */
export function checkRun({ from, to }: Run, { bytes, messageTags }: Nested): void {
  const reader = new BinaryReader(bytes);
  reader.pos = from;
  while (reader.pos < to) {
    reader.uint32();
    checkFields(reader, reader.uint32(), messageTags);
  }
}

function checkFields(reader: BinaryReader, length: number, messageTags: readonly number[]): void {
  const end = reader.pos + length;
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 0) throw new RangeError('no field');
    if (messageTags.includes(tag)) checkFields(reader, reader.uint32(), []);
    else skip(reader, tag);
  }
  if (reader.pos !== end) throw new RangeError('premature EOF');
}

/** Like `reader.skip`, without a view of the bytes that are skipped. */
function skip(reader: BinaryReader, tag: number): void {
  const start = reader.pos;
  if ((tag & 7) !== 2) {
    reader.skip(tag & 7);
    if ((tag & 7) === 0 && reader.pos - start > MAX_VARINT_BYTES) throw new RangeError('invalid varint');
    return;
  }
  const length = reader.uint32();
  reader.pos += length;
  if (reader.pos > reader.len) throw new RangeError('premature EOF');
}

/** The bytes of the response without those messages. */
export function withoutRun(bytes: Uint8Array, { from, to }: Run): Uint8Array {
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
}
