import { describe, expect, test } from 'vitest';
import { PRINTABLE_RUNES } from '../../../src/model/go/printable-runes.js';
import { quoteGo } from '../../../src/model/go/quote.js';
import { runeSetHas } from '../../../src/model/go/rune-set.js';
import vectors from '../../golden/go-quote-vectors.json' with { type: 'json' };

describe('quoteGo', () => {
  test(`equals Go's %q on ${vectors.length} vectors: every byte, every edge of printability`, () => {
    for (const { hex, quoted } of vectors) expect(quoteGo(Buffer.from(hex, 'hex')), hex).toBe(quoted);
  });

  test('reads only the bytes of the view', () => {
    expect(quoteGo(Buffer.from('xxé\u0007yy').subarray(2, 5))).toBe('"é\\a"');
  });

  test('what it calls printable is a letter, mark, number, punctuation, symbol or space to any Unicode version', () => {
    const wrong: string[] = [];
    for (let codePoint = 0; codePoint <= 0x10ffff; codePoint++) {
      if (!runeSetHas(PRINTABLE_RUNES, codePoint)) continue;
      if (!/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(String.fromCodePoint(codePoint))) {
        wrong.push(codePoint.toString(16));
      }
    }
    expect(wrong).toEqual([]);
  });
});
