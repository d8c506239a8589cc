import { describe, expect, test } from 'vitest';
import { showOutput } from '../../scripts/lib/picture/screen.mjs';
import { drawScreen } from '../../scripts/lib/picture/svg.mjs';
import { colorsOf, THEMES, type Theme } from '../../scripts/lib/picture/themes.mjs';
import { loadPalette } from '../../src/term/palette.js';

/** xterm's colours, which are bright: its green, yellow and cyan cannot be read on white. */
const XTERM_COLORS = ['#000000', '#cd0000', '#00cd00', '#cdcd00', '#0000ee', '#cd00cd', '#00cdcd', '#e5e5e5'];
const XTERM: Readonly<Record<string, Theme>> = {
  'white xterm': { background: '#ffffff', foreground: '#000000', border: '', colors: XTERM_COLORS },
  'black xterm': { background: '#000000', foreground: '#e5e5e5', border: '', colors: XTERM_COLORS },
};

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

  test('has backgrounds, and colours that are exchanged', () => {
    expect(showOutput('\x1b[30m\x1b[42mgood\x1b[49m\x1b[39m \x1b[31m\x1b[7mbad\x1b[27m\x1b[39m', 80)).toEqual(
      [
        [
          { text: 'good', column: 0, style: { color: 0, background: 2 } },
          plain(' ', 4),
          { text: 'bad', column: 5, style: { color: 1, inverse: true } },
        ],
      ],
    );
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
  const output = '\x1b[31mx\x1b[39m  <a & b>\r\n\x1b[31m\x1b[7m ab\x1b[27m\x1b[39m';
  const svg = drawScreen(showOutput(output, 80), 'A <title>', THEMES.light);

  expect(svg).toContain('<title>A &lt;title&gt;</title>');
  expect(svg).toContain('<text x="16" y="29" textLength="7.8" fill="#cd3131">x</text>');
  expect(svg).toContain('<text x="39.4" y="29" textLength="54.6">&lt;a &amp; b&gt;</text>');
  expect(svg).toContain(
    '<rect x="23.8" y="33" width="15.6" height="16.5" fill="#cd3131"/><text x="23.8" y="45.5" textLength="15.6" fill="#ffffff">ab</text>',
  );
});

describe.each(Object.entries({ ...THEMES, ...XTERM }))('on a %s terminal', (_name, theme) => {
  test.each(['failure', 'goodLabel', 'warningLabel', 'failureLabel', 'heading'] as const)(
    'the text of %s has a contrast of 3 or more (WCAG)',
    async (name) => {
      const palette = await loadPalette({ isTTY: true, env: {} });
      const [[run] = []] = showOutput(palette[name]('x'), 80);
      const { text, background } = colorsOf(run?.style ?? {}, theme);
      expect(contrastOf(text, background)).toBeGreaterThanOrEqual(3);
    },
  );
});

function contrastOf(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminanceOf(one), luminanceOf(other)].toSorted((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/** The relative luminance of a colour such as #cd3131, by WCAG 2. */
function luminanceOf(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const value = Number.parseInt(color.slice(start, start + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
