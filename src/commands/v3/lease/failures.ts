import { CommandError, ConnectionError, ServerError } from '../../../model/errors.js';

/** `lease timetolive`, `list` and `keep-alive --once` end with the status of a failed connection, whatever the server says. */
export function asConnectionError(error: unknown): unknown {
  if (!(error instanceof ServerError)) return error;
  return new ConnectionError(error.message, { cause: error, reasons: error.reasons });
}

/** `failed to grant lease (etcdserver: …)` */
export function asFailureTo(deed: string, error: unknown): unknown {
  if (!(error instanceof ServerError)) return error;
  return new CommandError(`failed to ${deed} (${error.message})`, { cause: error, reasons: error.reasons });
}
