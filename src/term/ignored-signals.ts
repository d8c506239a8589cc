/** Numbers on Linux (signal(7)) of the signals that a program may be started to ignore. Stops of a terminal's job are not among them. */
const NUMBERS = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGALRM: 14,
  SIGTERM: 15,
} as const satisfies Partial<Record<NodeJS.Signals, number>>;

/** The signals of a mask as `SigIgn` in /proc/PID/status has it: hexadecimal, bit 0 for signal 1. */
export function signalsOfMask(mask: string): NodeJS.Signals[] {
  const bits = Number(`0x${mask.slice(-8)}`);
  const names = Object.keys(NUMBERS) as (keyof typeof NUMBERS)[];
  return names.filter((name) => bits & (1 << (NUMBERS[name] - 1)));
}
