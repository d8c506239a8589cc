import { CommandError, ConnectionError, ServerError } from '../../../model/errors.js';

/**
 * For `lease timetolive`, `list` and `keep-alive --once`: every server error has the status of a connection error, as in
 * etcdctl.
 */
export function asConnectionError(error: unknown): unknown {
  if (!(error instanceof ServerError)) return error;
  return new ConnectionError(error.message, { cause: error, reasons: error.reasons });
}

/** Prefixes the message of a server error: `failed to grant lease (etcdserver: …)`, with `grant lease` as the action. */
export function asFailureTo(action: string, error: unknown): unknown {
  if (!(error instanceof ServerError)) return error;
  return new CommandError(`failed to ${action} (${error.message})`, { cause: error, reasons: error.reasons });
}
