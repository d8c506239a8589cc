import { runeSetHas } from '../go/runes.js';
import { WIDE_RUNES, ZERO_WIDTH_RUNES } from './rune-width.js';

/** Terminal control sequences (CSI, and OSC up to its terminator): they take no cell. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
const CONTROL_SEQUENCES = /\x1b\[[0-?]*[ -/]*[@-~]|\x1b\].*?(?:\x1b\\|\x07)/g;

/**
 * Terminal cells that a line takes, counted as the tables of etcdctl 3.7 count them: code point by code
 * point.
 */
export function displayWidth(line: string): number {
  let width = 0;
  for (const character of line.replace(CONTROL_SEQUENCES, '')) {
    const codePoint = character.codePointAt(0) ?? 0;
    if (runeSetHas(WIDE_RUNES, codePoint)) width += 2;
    else if (!runeSetHas(ZERO_WIDTH_RUNES, codePoint)) width += 1;
  }
  return width;
}
