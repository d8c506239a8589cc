import { readFileSync, readlinkSync } from 'node:fs';

/** Identifies a process until the next start of its machine. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since the start of the machine: process ids are used again. */
  readonly startTime: string;
  /** The start of the machine and the namespace of the process id: elsewhere the id has no meaning. */
  readonly namespace: string;
}

/** Undefined on systems without Linux' /proc. */
export function thisProcess(): ProcessIdentity | undefined {
  try {
    const pid = Number(readlinkSync('/proc/self'));
    return { pid, startTime: startTimeOf(pid), namespace: ownNamespace() };
  } catch {
    return undefined;
  }
}

/** False also when it cannot be known: for a process of another machine or container. */
export function isRunning({ pid, startTime, namespace }: ProcessIdentity): boolean {
  try {
    return namespace === ownNamespace() && startTimeOf(pid) === startTime && pid !== thisProcess()?.pid;
  } catch {
    return false;
  }
}

function ownNamespace(): string {
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
}

/** Field 22 of proc_pid_stat(5). The name of the program, field 2, may contain spaces and parentheses. */
function startTimeOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  const startTime = fields[19];
  if (startTime === undefined || state === 'Z' || state === 'X') throw new Error('no such process');
  return startTime;
}
