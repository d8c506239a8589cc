import { readFileSync } from 'node:fs';
import { isTerminal } from './terminal.js';

/**
 * Whether a person typed the command that this process runs, and can be asked: stdin, stdout and stderr are terminals, and the process
 * leads the process group in the foreground. An interactive shell gives each command that is typed a group of its own; the commands of
 * a script are in the script's. Without /proc, the terminals decide.
 */
export function isInteractive(pid: number): boolean {
  return [0, 1, 2].every(isTerminal) && (isForegroundLeader(pid) ?? true);
}

/** From the fields after the command's name in /proc/PID/stat (proc_pid_stat(5)). */
function isForegroundLeader(pid: number): boolean | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [, , group, , , foregroundGroup] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    return group === pid && foregroundGroup === pid;
  } catch {
    return undefined;
  }
}
