import { describe, expect, it } from 'vitest';
import { trimSpace } from '../../src/go/runes.js';
import { TextScanner } from '../../src/go/text-scanner.js';

describe('TextScanner', () => {
  it('scans literals, words, spaces and characters', () => {
    const scanner = new TextScanner('  "a\\x41" \u2003word`) `raw "\\` rest');
    expect(scanner.literal()).toBe('aA');
    expect(scanner.space()).toBe(true);
    expect(scanner.word()).toBe('word`)');
    expect(scanner.literal()).toBe('raw "\\');
    expect(scanner.character('r')).toBe(false);
    expect(scanner.space()).toBe(true);
    expect(scanner.character('r')).toBe(true);
  });

  it('matches a space of the format with spaces or the end only', () => {
    expect(new TextScanner('x').space()).toBe(false);
    expect(new TextScanner('').space()).toBe(true);
  });

  it('finds neither a word nor a literal at the end', () => {
    expect(new TextScanner(' ').word()).toBeUndefined();
    expect(new TextScanner(' ').literal()).toBeUndefined();
  });

  it.each(['"open', 'bare', '"\\q"', '`open'])('rejects the literal %s', (text) => {
    expect(new TextScanner(text).literal()).toBeUndefined();
  });
});

describe('trimSpace', () => {
  it("removes the spaces of Go's unicode.IsSpace, not those of JavaScript", () => {
    expect(trimSpace('\t\v\u0085\u00a0 \u3000a b\r\n')).toBe('a b');
    expect(trimSpace('\ufeffa\udc85')).toBe('\ufeffa\udc85');
  });
});
