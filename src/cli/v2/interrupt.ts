import { SignalReceivedError } from '../../term/signals.js';

/** Runs work that goes on until Ctrl-C: SIGINT ends it with status 0. Other signals and errors reject. */
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
