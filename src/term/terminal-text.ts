import { textFromBytes, validSequenceLength } from '../go/bytes.js';

/**
 * Characters that control a terminal or reorder text: C0 controls except tab and newline, DEL and C1 controls; the bidirectional
 * override and isolate controls; and bytes that are not UTF-8, in the escaped form of `go/bytes`, which are C1 controls for a terminal
 * with an 8-bit encoding.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it matches control characters
const CONTROL_CHARACTERS = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\udc80-\udcff]/gu;

/**
 * Escapes control characters, such as ESC as `\x1b`. Characters from U+007F on are escaped as in JSON, such as `\u009b`. Strings in valid
 * JSON contain only those, so that escaped JSON has the same value.
 */
export function escapeControls(text: string): string {
  return text.replace(CONTROL_CHARACTERS, (character) => {
    const code = character.charCodeAt(0);
    if (code < 0x20) return `\\x${hex(code, 2)}`;
    return code >= 0xdc80 && code <= 0xdcff ? `\\x${hex(code - 0xdc00, 2)}` : `\\u${hex(code, 4)}`;
  });
}

/** Escapes control characters in a stream of bytes. A block can end inside a UTF-8 sequence. */
export class ControlEscaper {
  #incomplete: Uint8Array = new Uint8Array(0);

  /** The escaped text of the block, without an incomplete sequence at its end. */
  next(block: Uint8Array): string {
    const bytes = this.#incomplete.length === 0 ? block : Buffer.concat([this.#incomplete, block]);
    const end = bytes.length - incompleteLength(bytes);
    // A copy, because the caller may reuse the block.
    this.#incomplete = Uint8Array.prototype.slice.call(bytes, end);
    return escapeControls(textFromBytes(bytes.subarray(0, end)));
  }

  /** The escaped bytes of an incomplete sequence at the end of the stream. */
  end(): string {
    const text = escapeControls(textFromBytes(this.#incomplete));
    this.#incomplete = new Uint8Array(0);
    return text;
  }
}

/** The length of an incomplete UTF-8 sequence at the end, 0 to 3. */
function incompleteLength(bytes: Uint8Array): number {
  for (let length = 1; length <= Math.min(3, bytes.length); length++) {
    const lead = bytes[bytes.length - length] ?? 0;
    if (lead < 0x80) return 0;
    if (lead >= 0xc0) return isIncomplete(bytes.subarray(bytes.length - length)) ? length : 0;
  }
  return 0;
}

/** Whether further bytes can complete it to a valid UTF-8 sequence. */
function isIncomplete(start: Uint8Array): boolean {
  const lead = start[0] ?? 0;
  const wanted = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (start.length >= wanted) return false;
  // If there is a second byte, all continuations are valid or none. If not, the valid range of it includes one of these two ends.
  return [0x80, 0xbf].some((filler) => {
    const whole = new Uint8Array(wanted).fill(filler);
    whole.set(start);
    return validSequenceLength(whole, 0) === wanted;
  });
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
