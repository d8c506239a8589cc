import { type Client, connectivityState } from '@grpc/grpc-js';
import { aborted } from '../../../model/abort-signal.js';

type Channel = ReturnType<Client['getChannel']>;

const MAX_INTERVAL_MS = 2 ** 31 - 1;

/**
 * Makes a channel connect. Resolves with true when it is connected, or with false when an attempt has failed. Rejects with the signal's
 * reason. Why an attempt has failed, only a call learns.
 */
export async function connectOnce(channel: Channel, signal: AbortSignal): Promise<boolean> {
  signal.throwIfAborted();
  const ended = aborted(signal);
  // Handled also when it rejects after the last race.
  ended.catch(() => undefined);
  // grpc-js lets the process end while it waits for SETTINGS.
  const hold = setInterval(() => {}, MAX_INTERVAL_MS);
  try {
    let state = channel.getConnectivityState(true);
    while (state === connectivityState.IDLE || state === connectivityState.CONNECTING) {
      state = await Promise.race([nextState(channel, state), ended]);
      // After a GOAWAY.
      if (state === connectivityState.IDLE) channel.getConnectivityState(true);
    }
    return state === connectivityState.READY;
  } finally {
    clearInterval(hold);
  }
}

/** Resolves with the channel's first state that is not `before`. */
function nextState(channel: Channel, before: connectivityState): Promise<connectivityState> {
  const present = channel.getConnectivityState(false);
  if (present !== before) return Promise.resolve(present);
  return new Promise((resolve) => {
    channel.watchConnectivityState(before, Number.POSITIVE_INFINITY, () =>
      resolve(channel.getConnectivityState(false)),
    );
  });
}
