import { describe, expect, it } from 'vitest';
import { ControlEscaper, escapeControls } from '../../src/term/terminal-text.js';

/** The escaped text of the blocks. */
function shown(...blocks: readonly Uint8Array[]): string {
  const visible = new ControlEscaper();
  return blocks.map((block) => visible.next(block)).join('') + visible.end();
}

describe('escapeControls', () => {
  it.each([
    ['plain\ttext\n', 'plain\ttext\n'],
    ['größer 日本語 👍🏽', 'größer 日本語 👍🏽'],
    ['\u001b]0;title\u0007', '\\x1b]0;title\\x07'],
    ['\u001b[2J', '\\x1b[2J'],
    ['line\r\n', 'line\\x0d\n'],
    ['\0\b\u000b\u007f', '\\x00\\x08\\x0b\\u007f'],
    ['\u009b2J\u0080', '\\u009b2J\\u0080'],
    ['a\u202eb\u2066c', 'a\\u202eb\\u2066c'],
    ['\udc9b2J\udcff', '\\x9b2J\\xff'],
  ])('escapes %j as %j', (text, expected) => {
    expect(escapeControls(text)).toBe(expected);
    expect(escapeControls(expected)).toBe(expected);
  });

  it('does not change the value of JSON', () => {
    const value = 'a\u007f\u009b\u202e';
    expect(JSON.parse(escapeControls(JSON.stringify(value)))).toBe(value);
  });

  it('joins characters that are split across blocks', () => {
    const text = 'äöü€日本👍🏽\u009b end';
    const bytes = Buffer.from(text);
    for (let size = 1; size <= 7; size++) {
      const blocks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      );
      expect(shown(...blocks)).toBe(escapeControls(text));
    }
  });

  it('copies an incomplete character, so that the caller may reuse the block', () => {
    const block = Buffer.from([0x61, 0xc3]);
    const visible = new ControlEscaper();
    expect(visible.next(block)).toBe('a');
    block.fill(0);
    expect(visible.next(Buffer.from([0xa4]))).toBe('ä');
  });

  it.each([
    [[0xff, 0xfe], '\\xff\\xfe'],
    [[0x9b, 0x32, 0x4a], '\\x9b2J'],
    [[0xe2, 0x82], '\\xe2\\x82'],
    [[0xc0, 0x80], '\\xc0\\x80'],
    [[0xed, 0xa0, 0x80], '\\xed\\xa0\\x80'],
    [[0xf4, 0x90, 0x80, 0x80], '\\xf4\\x90\\x80\\x80'],
    [[0xe2, 0x28], '\\xe2('],
  ])('escapes bytes that are not UTF-8: %j', (bytes, expected) => {
    expect(shown(Buffer.from(bytes))).toBe(expected);
    expect(shown(...bytes.map((byte) => Buffer.of(byte)))).toBe(expected);
  });

  it('does not buffer bytes that cannot become a character', () => {
    expect(new ControlEscaper().next(Buffer.from([0xed, 0xa0]))).toBe('\\xed\\xa0');
    expect(new ControlEscaper().next(Buffer.from([0xed, 0x9f]))).toBe('');
  });
});
