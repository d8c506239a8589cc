// Reads and changes bytes of a 64-bit, little-endian ELF executable (elf(5)) by their virtual addresses.
import { closeSync, openSync, readSync, writeSync } from 'node:fs';

const PROGRAM_HEADER = 56;
const SYMBOL = 24;
const RELOCATION = 24;
const PT_LOAD = 1;
const PT_DYNAMIC = 2;
/** Tags of the dynamic section. */
const DT = { PLTRELSZ: 2, STRTAB: 5, SYMTAB: 6, JMPREL: 23 };

export class ElfFile {
  #descriptor;
  /** @type {{ type: number, offset: number, address: number, size: number }[]} */
  #segments;
  /** @type {Map<number, number>} */
  #dynamic = new Map();

  /** @param {string} file path of the executable; `write` changes it in place */
  constructor(file) {
    this.#descriptor = openSync(file, 'r+');
    const header = this.#readAt(0, 64);
    if (header.readUInt32BE(0) !== 0x7f454c46 || header[4] !== 2) throw new Error(`${file} is no ELF file`);
    const table = this.#readAt(Number(header.readBigUInt64LE(32)), PROGRAM_HEADER * header.readUInt16LE(56));
    this.#segments = records(table, PROGRAM_HEADER).map((each) => ({
      type: each.readUInt32LE(0),
      offset: Number(each.readBigUInt64LE(8)),
      address: Number(each.readBigUInt64LE(16)),
      size: Number(each.readBigUInt64LE(32)),
    }));
    const dynamic = this.#segments.find(({ type }) => type === PT_DYNAMIC);
    if (dynamic === undefined) throw new Error(`${file} is not dynamically linked`);
    for (const entry of records(this.#readAt(dynamic.offset, dynamic.size), 16)) {
      this.#dynamic.set(Number(entry.readBigUInt64LE(0)), Number(entry.readBigUInt64LE(8)));
    }
  }

  close() {
    closeSync(this.#descriptor);
  }

  /**
   * @param {number} address
   * @param {number} length
   */
  read(address, length) {
    return this.#readAt(this.#offset(address), length);
  }

  /**
   * @param {number} address
   * @param {Uint8Array} bytes
   */
  write(address, bytes) {
    writeSync(this.#descriptor, bytes, 0, bytes.length, this.#offset(address));
  }

  /**
   * Finds an imported function: its index in the relocations of the PLT, and the address of its slot in the GOT.
   *
   * @param {string} name
   */
  importedFunction(name) {
    const table = this.read(this.#tag(DT.JMPREL), this.#tag(DT.PLTRELSZ));
    for (const [index, each] of records(table, RELOCATION).entries()) {
      const symbol = this.#symbol(each.readUInt32LE(12));
      if (symbol.name === name) return { index, slot: Number(each.readBigUInt64LE(0)) };
    }
    throw new Error(`${name} is not imported`);
  }

  /**
   * Finds a function that the executable exports: its address and size.
   *
   * @param {string} name
   */
  exportedFunction(name) {
    // The string table follows the symbol table, which ends there.
    const count = Math.floor((this.#tag(DT.STRTAB) - this.#tag(DT.SYMTAB)) / SYMBOL);
    for (let index = 1; index < count; index++) {
      const symbol = this.#symbol(index);
      if (symbol.name === name && symbol.address > 0) return symbol;
    }
    throw new Error(`${name} is not exported`);
  }

  /** @param {number} index */
  #symbol(index) {
    const entry = this.read(this.#tag(DT.SYMTAB) + SYMBOL * index, SYMBOL);
    const text = this.read(this.#tag(DT.STRTAB) + entry.readUInt32LE(0), 64);
    return {
      name: text.toString('latin1', 0, text.indexOf(0)),
      address: Number(entry.readBigUInt64LE(8)),
      size: Number(entry.readBigUInt64LE(16)),
    };
  }

  /** @param {number} tag */
  #tag(tag) {
    const value = this.#dynamic.get(tag);
    if (value === undefined) throw new Error(`the dynamic table has no entry ${tag}`);
    return value;
  }

  /** @param {number} address */
  #offset(address) {
    const segment = this.#segments.find(
      (each) => each.type === PT_LOAD && address >= each.address && address < each.address + each.size,
    );
    if (segment === undefined) throw new Error(`nothing of the file is at address ${address.toString(16)}`);
    return segment.offset + address - segment.address;
  }

  /**
   * @param {number} offset
   * @param {number} length
   */
  #readAt(offset, length) {
    const bytes = Buffer.alloc(length);
    readSync(this.#descriptor, bytes, 0, length, offset);
    return bytes;
  }
}

/**
 * @param {Buffer} table
 * @param {number} size of a record
 */
function records(table, size) {
  return Array.from({ length: Math.floor(table.length / size) }, (_, index) =>
    table.subarray(size * index, size * (index + 1)),
  );
}
