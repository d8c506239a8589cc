import { readFileSync } from 'node:fs';

/** Linux reports processor time in these, whatever the kernel's own clock (USER_HZ). */
const TICKS_PER_SECOND = 100;

/**
 * What a running process has used so far. The kernel itself keeps the highest memory, so only growth after the last look is missed.
 *
 * @param {number} pid
 * @returns {{ peakBytes: number, cpuSeconds: number } | undefined} undefined when it has ended, or the system is no Linux
 */
export function readUsage(pid) {
  try {
    const [, kib] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
    if (kib === undefined) return undefined;
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // Fields 14 and 15; the name in field 2 may hold spaces.
    const [user = 0, system = 0] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13)
      .map(Number);
    return { peakBytes: Number(kib) * 1024, cpuSeconds: (user + system) / TICKS_PER_SECOND };
  } catch {
    return undefined;
  }
}
