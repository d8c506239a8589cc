import { Http2Error } from '../error.js';
import { decodeHuffman } from './huffman.js';
import { STATIC_TABLE } from './static-table.js';

type Field = readonly [name: string, value: string];

/** Field values by name; of several fields with one name, the last. */
export type Fields = ReadonlyMap<string, string>;

/** The default SETTINGS_HEADER_TABLE_SIZE: the largest dynamic table that the peer may use. */
const MAX_TABLE_BYTES = 4096;

/** Added to the length of name and value for the size of an entry (RFC 7541, 4.1). */
const FIELD_OVERHEAD_BYTES = 32;

/** Decodes the header blocks of one connection, in the order of arrival (RFC 7541). Names and values are Latin-1. */
export class HeaderDecoder {
  /** The newest field first. */
  readonly #dynamicTable: Field[] = [];
  #tableBytes = 0;
  #maxTableBytes = MAX_TABLE_BYTES;

  /**
   * @param onField called for each field, in order
   * @throws Http2Error (COMPRESSION_ERROR) when the block cannot be decoded
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
    if (first >= 0x80) return this.#indexedField(reader.integer(7));
    if (first >= 0x40) {
      const field = this.#literalField(reader, 6);
      this.#addToTable(field);
      return field;
    }
    if (first >= 0x20) {
      this.#maxTableBytes = reader.integer(5);
      if (this.#maxTableBytes > MAX_TABLE_BYTES) throw compressionError('a table larger than allowed');
      this.#evict();
      return undefined;
    }
    return this.#literalField(reader, 4);
  }

  #literalField(reader: BlockReader, prefixBits: number): Field {
    const index = reader.integer(prefixBits);
    const name = index === 0 ? reader.stringLiteral() : this.#indexedField(index)[0];
    return [name, reader.stringLiteral()];
  }

  #indexedField(index: number): Field {
    const field = STATIC_TABLE[index - 1] ?? this.#dynamicTable[index - 1 - STATIC_TABLE.length];
    if (field === undefined) throw compressionError(`no field ${index}`);
    return field;
  }

  #addToTable(field: Field): void {
    this.#dynamicTable.unshift(field);
    this.#tableBytes += entrySize(field);
    this.#evict();
  }

  #evict(): void {
    while (this.#tableBytes > this.#maxTableBytes) {
      const oldest = this.#dynamicTable.pop();
      this.#tableBytes = oldest ? this.#tableBytes - entrySize(oldest) : 0;
    }
  }
}

function entrySize([name, value]: Field): number {
  return name.length + value.length + FIELD_OVERHEAD_BYTES;
}

/** Limit of integers, larger than any length or index in use. */
const MAX_INTEGER_BITS = 28;

class BlockReader {
  #offset = 0;

  constructor(readonly block: Uint8Array) {}

  get isAtEnd(): boolean {
    return this.#offset >= this.block.length;
  }

  peek(): number {
    const byte = this.block[this.#offset];
    if (byte === undefined) throw compressionError('cut short');
    return byte;
  }

  /** RFC 7541, 5.1. @param prefixBits low bits of the next byte that belong to the integer */
  integer(prefixBits: number): number {
    const prefixMax = 2 ** prefixBits - 1;
    let value = this.#byte() & prefixMax;
    if (value < prefixMax) return value;
    for (let shift = 0; shift < MAX_INTEGER_BITS; shift += 7) {
      const byte = this.#byte();
      value += (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw compressionError('a number is too large');
  }

  stringLiteral(): string {
    const isHuffman = this.peek() >= 0x80;
    const length = this.integer(7);
    const bytes = this.block.subarray(this.#offset, this.#offset + length);
    if (bytes.length < length) throw compressionError('cut short');
    this.#offset += length;
    const text = isHuffman ? decodeHuffman(bytes) : Buffer.from(bytes).toString('latin1');
    if (text === undefined) throw compressionError('a text is no Huffman code');
    return text;
  }

  #byte(): number {
    const byte = this.peek();
    this.#offset++;
    return byte;
  }
}

function compressionError(what: string): Http2Error {
  return new Http2Error('COMPRESSION_ERROR', `header block: ${what}`);
}
