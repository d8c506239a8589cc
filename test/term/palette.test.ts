import { describe, expect, it } from 'vitest';
import { loadPalette, PLAIN } from '../../src/term/palette.js';

describe('loadPalette', () => {
  it.each([
    [{ isTTY: true, env: {} }, true],
    [{ isTTY: false, env: {} }, false],
    [{ isTTY: true, env: { NO_COLOR: '1' } }, false],
    [{ isTTY: true, env: { NO_COLOR: '' } }, true],
    [{ isTTY: true, env: { TERM: 'dumb' } }, false],
    [{ isTTY: false, env: { FORCE_COLOR: '1' } }, true],
    [{ isTTY: true, env: { FORCE_COLOR: '0' } }, false],
    [{ isTTY: false, env: { FORCE_COLOR: '1', NO_COLOR: '1' } }, true],
  ])('with %j has colours: %s', async (facts, isColoured) => {
    const { failure } = await loadPalette(facts);
    expect(failure('x')).toBe(isColoured ? '\u001b[31mx\u001b[39m' : 'x');
  });

  it('returns PLAIN when colours are off', async () => {
    expect(await loadPalette({ isTTY: false, env: {} })).toBe(PLAIN);
  });
});
