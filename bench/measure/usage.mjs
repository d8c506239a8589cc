import { readFileSync } from 'node:fs';

/** USER_HZ: Linux reports processor time in these ticks, whatever the kernel's own clock rate. */
const TICKS_PER_SECOND = 100;

/**
 * Memory and processor time that a running process has used so far. The kernel keeps the peak memory, so only growth after the last
 * sample is missed.
 *
 * @param {number} pid
 * @returns {{ peakBytes: number, cpuSeconds: number } | undefined} undefined when the process has ended, or on other systems than Linux
 */
export function readUsage(pid) {
  try {
    const [, kib] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
    if (kib === undefined) return undefined;
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // Fields 14 and 15 of proc_pid_stat(5); the name in field 2 can contain spaces.
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
