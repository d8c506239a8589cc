import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StatusLine } from '../../src/term/output.js';
import { PLAIN } from '../../src/term/palette.js';
import { type ProgressUnit, startProgress } from '../../src/term/progress.js';

describe('the progress line', () => {
  // Loaded before, so that the import in the progress line settles immediately.
  beforeAll(async () => void (await import('ora')));
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const utf8 = { TERM: 'xterm', LANG: 'C.UTF-8' };

  /** A terminal that records what is drawn on it. */
  function terminal(env: Record<string, string> = utf8, columns = 80) {
    const drawn: string[] = [];
    const screen = { columns, draw: (text: string) => void drawn.push(text) };
    let status: StatusLine | undefined;
    const output = {
      showStatus(line: StatusLine) {
        status = line;
        line.draw();
      },
      endStatus() {
        status?.end();
        status = undefined;
      },
    };
    const now = () => BigInt(Date.now()) * 1_000_000n;
    const start = (label: string, unit?: ProgressUnit) =>
      startProgress(
        label,
        { output, env, loadPalette: async () => PLAIN, openScreen: () => screen, now },
        unit,
      );
    return { start, drawn, screen };
  }

  it('is not drawn in the first half second', async () => {
    const { start, drawn } = terminal();
    const progress = start('Saving');
    progress.update(1, 2);
    await vi.advanceTimersByTimeAsync(499);
    progress.stop();
    await vi.advanceTimersByTimeAsync(5000);
    expect(drawn).toEqual([]);
  });

  it('is redrawn, and the last text stays on the screen', async () => {
    const { start, drawn } = terminal();
    const progress = start('Saving');
    await vi.advanceTimersByTimeAsync(500);
    progress.update(1_000_000, 2_000_000);
    await vi.advanceTimersByTimeAsync(100);
    progress.stop();
    await vi.advanceTimersByTimeAsync(5000);
    expect(drawn).toEqual([
      '\r⠋ Saving',
      '\r⠙ Saving  1.0 MB of 2.0 MB (50%), 1.7 MB/s',
      '\rSaving  1.0 MB of 2.0 MB (50%), 1.7 MB/s  \n',
    ]);
  });

  it.each([
    ['bytes', 120_000_000, 1_300_000_000, 500, '120 MB of 1.3 GB (9%), 240 MB/s'],
    ['bytes', 9, undefined, 1000, '9 B, 9 B/s'],
    ['bytes', 2_200_000, 2_200_000, 2000, '2.2 MB, 1.1 MB/s'],
    ['count', 4320, 10_000, 5000, '4320 of 10000 (43%), 864/s'],
    ['count', 12, undefined, 2000, '12, 6/s'],
    ['seconds', 7, 60, 500, '7 of 60 s'],
  ] as const)('tells %s: %d of %s after %d ms', async (unit, done, total, elapsedMs, text) => {
    const { start, drawn } = terminal();
    const progress = start('Work', unit);
    progress.update(done, total);
    await vi.advanceTimersByTimeAsync(elapsedMs);
    expect(drawn.at(-1)).toContain(`Work  ${text}`);
    progress.stop();
  });

  it('overwrites the rest of a longer text', async () => {
    const { start, drawn } = terminal();
    const progress = start('x');
    progress.update(10_000_000);
    await vi.advanceTimersByTimeAsync(1000);
    progress.update(1);
    await vi.advanceTimersByTimeAsync(100);
    const [first = '', last = ''] = [drawn[0], drawn.at(-1)];
    expect(first.length).toBeGreaterThan(last.trimEnd().length);
    expect(last.length).toBeGreaterThanOrEqual(first.length);
    progress.stop();
  });

  it.each([20, 21, 40])('fits into %d columns, also with a long text of wide characters', async (columns) => {
    const { start, drawn } = terminal(utf8, columns);
    const progress = start('Saving /日本語/日本語/日本語/日本語/backup.db');
    await vi.advanceTimersByTimeAsync(1000);
    progress.stop();
    for (const text of drawn) {
      const width = [...text.replaceAll(/[\r\n]/g, '')].reduce(
        (sum, each) => sum + (each < '\u2900' ? 1 : 2),
        0,
      );
      expect(width - 1).toBeLessThan(columns);
    }
  });

  it.each([0, 1, 2, 19, Number.NaN])('is not shown on %d columns', async (columns) => {
    const { start, drawn } = terminal(utf8, columns);
    const progress = start('Saving');
    await vi.advanceTimersByTimeAsync(2000);
    progress.stop();
    expect(drawn).toEqual([]);
  });

  it('adapts to a smaller terminal', async () => {
    const { start, drawn, screen } = terminal();
    const progress = start('x'.repeat(60));
    await vi.advanceTimersByTimeAsync(500);
    screen.columns = 30;
    await vi.advanceTimersByTimeAsync(100);
    expect(drawn.at(-1)).toHaveLength(30);
    screen.columns = 10;
    await vi.advanceTimersByTimeAsync(100);
    expect(drawn.at(-1)).toBe(`\r${'x'.repeat(7)}  \n`);
    progress.stop();
  });

  it('escapes control characters in a path', async () => {
    const { start, drawn } = terminal();
    const progress = start('Saving \u001b[2J\nx');
    await vi.advanceTimersByTimeAsync(500);
    progress.stop();
    expect(drawn[0]).toBe('\r⠋ Saving \\x1b[2J x');
  });

  it.each([{ TERM: 'dumb' }, {}, { TERM: '' }, { TERM: 'xterm', CI: 'true' }, { TERM: 'xterm', CI: '' }])(
    'is silent with %j',
    async (env) => {
      const { start, drawn } = terminal(env);
      const progress = start('Saving');
      await vi.advanceTimersByTimeAsync(2000);
      progress.stop();
      expect(drawn).toEqual([]);
    },
  );

  it.each([
    [{ TERM: 'xterm' }, '-'],
    [{ TERM: 'xterm', LANG: 'de_DE.UTF-8', LC_ALL: 'C' }, '-'],
    [{ TERM: 'xterm', LANG: 'C', LC_CTYPE: 'en_US.utf8' }, '⠋'],
  ])('uses the frames for the locale: %j', async (env, sign) => {
    const { start, drawn } = terminal(env);
    const progress = start('Saving');
    await vi.advanceTimersByTimeAsync(500);
    progress.stop();
    expect(drawn[0]).toBe(`\r${sign} Saving`);
  });

  it('is silent when stderr is not a terminal', async () => {
    const progress = startProgress('Saving', {
      output: { showStatus: () => expect.unreachable(), endStatus: () => undefined },
      env: utf8,
      loadPalette: async () => PLAIN,
      openScreen: () => undefined,
      now: () => 0n,
    });
    progress.update(1, 2);
    await vi.advanceTimersByTimeAsync(2000);
    progress.stop();
  });
});
