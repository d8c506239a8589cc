import { textFromBytes, validSequenceLength } from '../go/bytes.js';

/**
 * What a terminal would obey or reorder instead of showing it: the controls C0 but for tab and newline, DEL and C1; the controls that
 * override the direction of text; and, as `model/bytes` escapes them, bytes that are not UTF-8, which are C1 controls where a terminal
 * reads single bytes.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const UNSHOWABLE = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\udc80-\udcff]/gu;

/**
 * The text with `\x1b` in place of what a terminal would obey. Characters from U+007F on become `\u009b`, which is how JSON writes them:
 * JSON stays what it was, for its strings contain no other of these.
 */
export function visibleText(text: string): string {
  return text.replace(UNSHOWABLE, (character) => {
    const code = character.charCodeAt(0);
    if (code < 0x20) return `\\x${hex(code, 2)}`;
    return code >= 0xdc80 && code <= 0xdcff ? `\\x${hex(code - 0xdc00, 2)}` : `\\u${hex(code, 4)}`;
  });
}

/** The same for bytes that come in blocks, which may be cut inside a character. */
export class VisibleBytes {
  #cut: Uint8Array = new Uint8Array(0);

  /** What can be shown of the bytes so far. */
  next(block: Uint8Array): string {
    const bytes = this.#cut.length === 0 ? block : Buffer.concat([this.#cut, block]);
    const end = bytes.length - cutLength(bytes);
    // The block belongs to somebody else, who may write into it.
    this.#cut = Uint8Array.prototype.slice.call(bytes, end);
    return visibleText(textFromBytes(bytes.subarray(0, end)));
  }

  /** What is left of a character that was never completed. */
  end(): string {
    const text = visibleText(textFromBytes(this.#cut));
    this.#cut = new Uint8Array(0);
    return text;
  }
}

/** How many bytes at the end are the beginning of a character; 0 to 3. */
function cutLength(bytes: Uint8Array): number {
  for (let length = 1; length <= Math.min(3, bytes.length); length++) {
    const lead = bytes[bytes.length - length] ?? 0;
    if (lead < 0x80) return 0;
    if (lead >= 0xc0) return isCut(bytes.subarray(bytes.length - length)) ? length : 0;
  }
  return 0;
}

/** Whether some bytes more could make it one character. */
function isCut(start: Uint8Array): boolean {
  const lead = start[0] ?? 0;
  const wanted = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (start.length >= wanted) return false;
  // A second byte that is right for one continuation is right for all; without one, the two ends of the range decide.
  return [0x80, 0xbf].some((filler) => {
    const whole = new Uint8Array(wanted).fill(filler);
    whole.set(start);
    return validSequenceLength(whole, 0) === wanted;
  });
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
