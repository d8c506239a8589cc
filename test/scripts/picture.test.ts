import { describe, expect, test } from 'vitest';
import { showOutput } from '../../scripts/lib/picture/screen.mjs';
import { drawScreen } from '../../scripts/lib/picture/svg.mjs';

const plain = (text: string, column = 0) => ({ text, column, style: {} });

describe('a screen', () => {
  test('keeps what was written last on a line', () => {
    expect(showOutput('Saving 1 MB\rSaving 22 MB\r\ndone\r\n', 80)).toEqual([
      [plain('Saving 22 MB')],
      [plain('done')],
      [],
    ]);
    expect(showOutput('longer\r\x1b[Kless', 80)).toEqual([[plain('less')]]);
  });

  test('has runs of one style', () => {
    expect(showOutput('\x1b[1;31mbad\x1b[39m still\x1b[22m\x1b[0m good', 80)).toEqual([
      [
        { text: 'bad', column: 0, style: { bold: true, color: 1 } },
        { text: ' still', column: 3, style: { bold: true } },
        plain(' good', 9),
      ],
    ]);
  });

  test('wraps where the terminal ends, and not when a line just fills it', () => {
    expect(showOutput('12345\r\n1234567', 5)).toEqual([[plain('12345')], [plain('12345')], [plain('67')]]);
  });

  test('is refused when it needs more of a terminal than this', () => {
    expect(() => showOutput('\x1b[2A', 80)).toThrow('unexpected "\\u001b[2A" on a terminal');
    expect(() => showOutput('\x1b[48;5;1m', 80)).toThrow('unexpected attribute 48 on a terminal');
  });
});

test('a picture has the text, escaped, where its columns are', () => {
  const svg = drawScreen(showOutput('\x1b[31mx\x1b[39m  <a & b>', 80), 'A <title>');

  expect(svg).toContain('<title>A &lt;title&gt;</title>');
  expect(svg).toContain('<text x="16" y="29" textLength="7.8" fill="#ff7b72">x</text>');
  expect(svg).toContain('<text x="39.4" y="29" textLength="54.6">&lt;a &amp; b&gt;</text>');
});
