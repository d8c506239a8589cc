import { Http2Error } from '../error.js';
import { decodeHuffman } from './huffman.js';
import { STATIC_TABLE } from './static-table.js';

type Field = readonly [name: string, value: string];

/** Fields by name; where a name comes twice, the later one counts. */
export type Fields = ReadonlyMap<string, string>;

/** Bytes of the fields that the peer may refer to, in HPACK's count; what applies as long as no other size was announced. */
const TABLE_BYTES = 4096;

/** What each field counts beside its text (RFC 7541, 4.1). */
const FIELD_OVERHEAD_BYTES = 32;

/** Header blocks of one connection, in the order of their arrival (RFC 7541). Texts are Latin-1, a character for each byte. */
export class HeaderDecoder {
  /** The latest field first. */
  readonly #recent: Field[] = [];
  #recentBytes = 0;
  #limitBytes = TABLE_BYTES;

  /**
   * @param onField is called for each field, in their order
   * @throws Http2Error for what is no header block: the connection cannot go on
   */
  decode(block: Uint8Array, onField?: (name: string, value: string) => void): Fields {
    const reader = new BlockReader(block);
    const fields = new Map<string, string>();
    while (!reader.isAtEnd) {
      const field = this.#next(reader);
      if (field === undefined) continue;
      onField?.(field[0], field[1]);
      fields.set(field[0], field[1]);
    }
    return fields;
  }

  #next(reader: BlockReader): Field | undefined {
    const first = reader.peek();
    if (first >= 0x80) return this.#field(reader.integer(7));
    if (first >= 0x40) {
      const field = this.#literal(reader, 6);
      this.#remember(field);
      return field;
    }
    if (first >= 0x20) {
      this.#limitBytes = reader.integer(5);
      if (this.#limitBytes > TABLE_BYTES) throw broken('a table larger than allowed');
      this.#forget();
      return undefined;
    }
    return this.#literal(reader, 4);
  }

  #literal(reader: BlockReader, prefixBits: number): Field {
    const index = reader.integer(prefixBits);
    const name = index === 0 ? reader.text() : this.#field(index)[0];
    return [name, reader.text()];
  }

  #field(index: number): Field {
    const field = STATIC_TABLE[index - 1] ?? this.#recent[index - 1 - STATIC_TABLE.length];
    if (field === undefined) throw broken(`no field ${index}`);
    return field;
  }

  #remember(field: Field): void {
    this.#recent.unshift(field);
    this.#recentBytes += sizeOf(field);
    this.#forget();
  }

  #forget(): void {
    while (this.#recentBytes > this.#limitBytes) {
      const oldest = this.#recent.pop();
      this.#recentBytes = oldest ? this.#recentBytes - sizeOf(oldest) : 0;
    }
  }
}

function sizeOf([name, value]: Field): number {
  return name.length + value.length + FIELD_OVERHEAD_BYTES;
}

/** Longer numbers than any that makes sense. */
const MAX_INTEGER_BITS = 28;

class BlockReader {
  #position = 0;

  constructor(readonly block: Uint8Array) {}

  get isAtEnd(): boolean {
    return this.#position >= this.block.length;
  }

  peek(): number {
    const byte = this.block[this.#position];
    if (byte === undefined) throw broken('cut short');
    return byte;
  }

  /** A number that begins in the low bits of the next byte (RFC 7541, 5.1). */
  integer(prefixBits: number): number {
    const largest = 2 ** prefixBits - 1;
    let value = this.#byte() & largest;
    if (value < largest) return value;
    for (let shift = 0; shift < MAX_INTEGER_BITS; shift += 7) {
      const byte = this.#byte();
      value += (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw broken('a number is too large');
  }

  text(): string {
    const isHuffman = this.peek() >= 0x80;
    const length = this.integer(7);
    const bytes = this.block.subarray(this.#position, this.#position + length);
    if (bytes.length < length) throw broken('cut short');
    this.#position += length;
    const text = isHuffman ? decodeHuffman(bytes) : Buffer.from(bytes).toString('latin1');
    if (text === undefined) throw broken('a text is no Huffman code');
    return text;
  }

  #byte(): number {
    const byte = this.peek();
    this.#position++;
    return byte;
  }
}

function broken(what: string): Http2Error {
  return new Http2Error('COMPRESSION_ERROR', `header block: ${what}`);
}
