import { describe, expect, it } from 'vitest';
import { trimSpace } from '../../src/go/runes.js';
import { TextScanner } from '../../src/go/text-scanner.js';

describe('TextScanner', () => {
  it('reads literals, words, gaps and characters in turn', () => {
    const scanner = new TextScanner('  "a\\x41" \u2003word`) `raw "\\` rest');
    expect(scanner.literal()).toBe('aA');
    expect(scanner.space()).toBe(true);
    expect(scanner.word()).toBe('word`)');
    expect(scanner.literal()).toBe('raw "\\');
    expect(scanner.character('r')).toBe(false);
    expect(scanner.space()).toBe(true);
    expect(scanner.character('r')).toBe(true);
  });

  it('needs a space for a gap, or the end', () => {
    expect(new TextScanner('x').space()).toBe(false);
    expect(new TextScanner('').space()).toBe(true);
  });

  it('has neither word nor literal at the end', () => {
    expect(new TextScanner(' ').word()).toBeUndefined();
    expect(new TextScanner(' ').literal()).toBeUndefined();
  });

  it.each(['"open', 'bare', '"\\q"', '`open'])('takes %s for no literal', (text) => {
    expect(new TextScanner(text).literal()).toBeUndefined();
  });
});

describe('trimSpace', () => {
  it("takes off what is a space to Go, which is not JavaScript's", () => {
    expect(trimSpace('\t\v\u0085\u00a0 \u3000a b\r\n')).toBe('a b');
    expect(trimSpace('\ufeffa\udc85')).toBe('\ufeffa\udc85');
  });
});
