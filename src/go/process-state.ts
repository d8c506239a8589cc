import { constants } from 'node:os';

/** Go's names of the signals that end programs (syscall/zerrors_linux_amd64.go); for the others it has numbers. */
const SIGNAL_NAMES: Readonly<Partial<Record<NodeJS.Signals, string>>> = {
  SIGHUP: 'hangup',
  SIGINT: 'interrupt',
  SIGQUIT: 'quit',
  SIGILL: 'illegal instruction',
  SIGTRAP: 'trace/breakpoint trap',
  SIGABRT: 'aborted',
  SIGBUS: 'bus error',
  SIGFPE: 'floating point exception',
  SIGKILL: 'killed',
  SIGUSR1: 'user defined signal 1',
  SIGSEGV: 'segmentation fault',
  SIGUSR2: 'user defined signal 2',
  SIGPIPE: 'broken pipe',
  SIGALRM: 'alarm clock',
  SIGTERM: 'terminated',
};

/** How a program ended that did not succeed, as Go's `os.ProcessState` has it: `exit status 3`, `signal: killed`. */
export function childEndText(end: { exitCode: number | null; signal: NodeJS.Signals | null }): string {
  if (end.signal === null) return `exit status ${end.exitCode ?? -1}`;
  return `signal: ${SIGNAL_NAMES[end.signal] ?? `signal ${constants.signals[end.signal]}`}`;
}
