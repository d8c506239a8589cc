import { constants } from 'node:os';

/** Go's texts for signals that end a process (syscall/zerrors_linux_amd64.go). For other signals Go prints the number. */
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

/** Go's `os.ProcessState.String` for a failed process: `exit status 3`, `signal: killed`. */
export function processStateText(state: { exitCode: number | null; signal: NodeJS.Signals | null }): string {
  if (state.signal === null) return `exit status ${state.exitCode ?? -1}`;
  return `signal: ${SIGNAL_NAMES[state.signal] ?? `signal ${constants.signals[state.signal]}`}`;
}
