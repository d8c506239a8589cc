import { constants } from 'node:os';
import {
  AlreadyReportedError,
  ChildFailedError,
  ConnectionError,
  InterruptedError,
  UnsupportedFormatError,
  UsageError,
  type UsageErrorKind,
} from './model/errors.js';
import { ExitCode } from './model/exit-code.js';
import { type V2Ending, V2Failure } from './model/v2/errors.js';
import { SignalReceivedError } from './term/signals.js';

const USAGE_CODES: Readonly<Record<UsageErrorKind, number>> = {
  flag: ExitCode.error,
  choice: ExitCode.badFeature,
  arguments: ExitCode.badArguments,
  input: ExitCode.invalidInput,
};

const V2_CODES: Readonly<Record<V2Ending, number>> = {
  arguments: ExitCode.badArguments,
  connection: ExitCode.badConnection,
  server: ExitCode.serverError,
  plain: ExitCode.error,
  'help-topic': ExitCode.invalidInput,
};

/** The one place where a failure gets its exit status. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return USAGE_CODES[error.kind];
  if (error instanceof V2Failure) return V2_CODES[error.ending];
  if (error instanceof UnsupportedFormatError) return ExitCode.badFeature;
  if (error instanceof ConnectionError) return ExitCode.badConnection;
  if (error instanceof InterruptedError) return ExitCode.interrupted;
  if (error instanceof AlreadyReportedError || error instanceof ChildFailedError) return error.exitCode;
  // As shells have it of a program that the signal ended.
  if (error instanceof SignalReceivedError) return 128 + constants.signals[error.signal];
  return ExitCode.error;
}
