// Bun exits at startup when getcwd(3) fails, because the working directory was deleted or its path is too long. Go programs and
// Node.js do not: only operations that need the directory fail. So the executable gets a `getcwd` that falls back to
// /proc/self/cwd, a valid path for every working directory on Linux. Its code replaces that of `uv_cwd`, which Bun has for native
// add-ons only, and the calls of `getcwd` are redirected to it.
import { ElfFile } from './elf.mjs';

/** @typedef {import('./bun.mjs').Architecture} Architecture */

/** 16 bytes with the terminating zeros, which two registers hold. */
const FALLBACK = Buffer.from('/proc/self/cwd\0\0');

/**
 * @typedef {object} Machine
 * @property {(slot: number) => Buffer} getcwd code that calls the function whose address is in the GOT slot; when the call fails, and the
 *   caller's buffer has at least 16 bytes, it fills the buffer with the fallback
 * @property {(from: number, to: number) => Buffer} jump
 * @property {(initial: number, index: number) => number} linkage address of an imported function's PLT entry. `initial`: the content
 *   of its GOT slot when the program starts; `index`: the function's index in the PLT relocations
 * @property {(at: number, slot: number) => Buffer} linkageStart expected code of the PLT entry
 * @property {number} linkageCompared offset of this code in the entry
 */

/** @type {Record<Architecture, Machine>} */
const machines = {
  x64: {
    getcwd: (slot) =>
      Buffer.concat([
        hex('57 56 4883ec08'), // push rdi; push rsi; sub rsp, 8
        hex('ff1425'), // call [slot]
        words(slot),
        hex('4883c408 5e 5f'), // add rsp, 8; pop rsi; pop rdi
        hex('4885c0 7529'), // test rax, rax; jne end
        hex('4885ff 7424'), // test rdi, rdi; je end
        hex('4883fe10 721e'), // cmp rsi, 16; jb end
        hex('48b8'), // mov rax, the first half
        FALLBACK.subarray(0, 8),
        hex('488907 48b8'), // mov [rdi], rax; mov rax, the second half
        FALLBACK.subarray(8),
        hex('48894708 4889f8'), // mov [rdi + 8], rax; mov rax, rdi
        hex('c3'), // end: ret
      ]),
    jump: (from, to) => Buffer.concat([hex('e9'), words(to - (from + 5))]),
    // A PLT entry has 16 bytes: jmp [slot], 6 bytes, then the lazy binding code, to which the slot points at first.
    linkage: (initial) => initial - 6,
    linkageStart: (at, slot) => Buffer.concat([hex('ff25'), words(slot - (at + 6))]),
    linkageCompared: 0,
  },
  arm64: {
    getcwd: (slot) =>
      Buffer.concat([
        words(0xa9be7bfd, 0xa90107e0), // stp x29, x30, [sp, #-32]!; stp x0, x1, [sp, #16]
        words(0x580001d0, 0xf9400211, 0xd63f0220), // ldr x16, slot; ldr x17, [x16]; blr x17
        words(0xa9410be1, 0xa8c27bfd), // ldp x1, x2, [sp, #16]; ldp x29, x30, [sp], #32
        words(0xb5000100), // cbnz x0, end
        words(0xb40000e1), // cbz x1, end
        words(0xf100405f, 0x540000a3), // cmp x2, #16; b.lo end
        words(0xaa0103e0, 0x580000c2, 0x580000e3), // mov x0, x1; ldr x2, the first half; ldr x3, the second half
        words(0xa9000c02), // stp x2, x3, [x0]
        words(0xd65f03c0), // end: ret
        words(slot, 0),
        FALLBACK,
      ]),
    jump: (from, to) => words(0x14000000 | (((to - from) >> 2) & 0x3ffffff)),
    // The slot points to the start of the PLT, 32 bytes before the first entry. An entry: adrp x16, slot; ldr x17, [x16, #slot]; …
    linkage: (initial, index) => initial + 32 + 16 * index,
    linkageStart: (_at, slot) => words(0xf9400211 | (((slot & 0xfff) >> 3) << 10)),
    linkageCompared: 4,
  },
};

/**
 * @param {string} file an executable made by Bun; its code and data have fixed addresses
 * @param {Architecture} architecture
 */
export function allowFolderWithoutPath(file, architecture) {
  const machine = machines[architecture];
  const elf = new ElfFile(file);
  try {
    const { index, slot } = elf.importedFunction('getcwd');
    const room = elf.exportedFunction('uv_cwd');
    const code = machine.getcwd(slot);
    if (code.length > room.size) throw new Error(`uv_cwd has ${room.size} bytes, ${code.length} are needed`);
    const linkage = machine.linkage(Number(elf.read(slot, 8).readBigUInt64LE()), index);
    const start = machine.linkageStart(linkage, slot);
    if (!elf.read(linkage + machine.linkageCompared, start.length).equals(start)) {
      throw new Error('calls to getcwd are not made as expected');
    }
    elf.write(room.address, code);
    elf.write(linkage, machine.jump(linkage, room.address));
  } finally {
    elf.close();
  }
}

/** @param {string} digits */
function hex(digits) {
  return Buffer.from(digits.replaceAll(' ', ''), 'hex');
}

/** @param {number[]} values of 32 bits */
function words(...values) {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeInt32LE(value | 0, 4 * index);
  return bytes;
}
