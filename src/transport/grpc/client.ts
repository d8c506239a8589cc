import { ConnectionError, ServerError } from '../../model/errors.js';
import type { Client } from '../../model/services.js';
import type { ConnectionOptions } from '../connection.js';
import { Caller } from './caller.js';
import type { EndpointChannel } from './endpoint-channel.js';
import { bindServices, loadAuthenticate } from './services.js';

/** At least one each, in the order of the endpoints. */
interface Channels {
  readonly channels: readonly EndpointChannel[];
  /** For the requests of tokens; `undefined`: `channels`. */
  readonly loginChannels: readonly EndpointChannel[] | undefined;
}

/**
 * A client that makes its calls over the channels; with a user and password, requests a token within `dialTimeoutMs`.
 * @throws ConnectionError when the login fails, or the signal's reason
 */
export async function openClient(
  { channels, loginChannels }: Channels,
  options: ConnectionOptions,
  signal?: AbortSignal,
): Promise<Client> {
  const caller = new Caller({
    channels,
    loginChannels,
    reportFailures: options.reportFailures,
    reportUnanswered: options.reportUnanswered,
    reportWaiting: options.reportWaiting,
    credentials: options.credentials,
    loadLogin: loadAuthenticate,
    callTimeoutMs: options.callTimeoutMs,
    maxRequestBytes: options.maxRequestBytes,
  });
  try {
    await caller.logIn({ timeoutMs: options.dialTimeoutMs || null, ...(signal && { signal }) });
  } catch (error) {
    caller.close();
    throw error instanceof ServerError
      ? new ConnectionError(error.message, { cause: error, reasons: error.reasons })
      : error;
  }
  return bindServices(caller);
}
