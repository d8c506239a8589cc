import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { readUsage } from './usage.mjs';

/** The pause between samples of the children's memory. */
const SAMPLE_EVERY_MS = 5;

/**
 * Follows the children of a process until it ends.
 *
 * @param {number} pid
 * @returns {Promise<number | undefined>} the sum of the children's peak memory, in bytes; undefined on other systems than Linux
 */
export async function sumOfPeaks(pid) {
  /** @type {Map<number, number>} */
  const peaks = new Map();
  for (let children = childrenOf(pid); children !== undefined; children = childrenOf(pid)) {
    for (const child of children) {
      const usage = readUsage(child);
      if (usage !== undefined) peaks.set(child, usage.peakBytes);
    }
    await delay(SAMPLE_EVERY_MS);
  }
  return peaks.size === 0 ? undefined : [...peaks.values()].reduce((sum, bytes) => sum + bytes, 0);
}

/** @param {number} pid @returns {number[] | undefined} undefined when the process has ended */
function childrenOf(pid) {
  try {
    // A zombie has no memory, and no children.
    if (readUsage(pid) === undefined) return undefined;
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1');
    return text.split(' ').filter(Boolean).map(Number);
  } catch {
    return undefined;
  }
}
