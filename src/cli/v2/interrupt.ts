import { SignalReceivedError } from '../../term/signals.js';

/** Runs what goes on until Ctrl-C, which then is its regular end, with status 0. */
export async function untilInterrupted(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { reason } = signal;
    const isRegularEnd =
      error === reason && reason instanceof SignalReceivedError && reason.signal === 'SIGINT';
    if (!isRegularEnd) throw error;
  }
}
