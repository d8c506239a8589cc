import { describe, expect, it } from 'vitest';
import { VisibleBytes, visibleText } from '../../src/term/terminal-text.js';

/** All of the blocks, one after another. */
function shown(...blocks: readonly Uint8Array[]): string {
  const visible = new VisibleBytes();
  return blocks.map((block) => visible.next(block)).join('') + visible.end();
}

describe('text for a terminal', () => {
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
  ])('%j is shown as %j', (text, expected) => {
    expect(visibleText(text)).toBe(expected);
    expect(visibleText(expected)).toBe(expected);
  });

  it('leaves JSON with the meaning that it has', () => {
    const value = 'a\u007f\u009b\u202e';
    expect(JSON.parse(visibleText(JSON.stringify(value)))).toBe(value);
  });

  it('keeps characters together that blocks cut', () => {
    const text = 'äöü€日本👍🏽\u009b end';
    const bytes = Buffer.from(text);
    for (let size = 1; size <= 7; size++) {
      const blocks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      );
      expect(shown(...blocks)).toBe(visibleText(text));
    }
  });

  it('keeps what was cut though the block is written over', () => {
    const block = Buffer.from([0x61, 0xc3]);
    const visible = new VisibleBytes();
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
  ])('shows bytes that are not UTF-8: %j', (bytes, expected) => {
    expect(shown(Buffer.from(bytes))).toBe(expected);
    expect(shown(...bytes.map((byte) => Buffer.of(byte)))).toBe(expected);
  });

  it('holds nothing back that cannot become a character', () => {
    expect(new VisibleBytes().next(Buffer.from([0xed, 0xa0]))).toBe('\\xed\\xa0');
    expect(new VisibleBytes().next(Buffer.from([0xed, 0x9f]))).toBe('');
  });
});
