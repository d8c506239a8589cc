import {
  AlreadyReportedError,
  ConnectionError,
  InterruptedError,
  UnsupportedFormatError,
  UsageError,
  type UsageErrorKind,
} from './model/errors.js';
import { ExitCode } from './model/exit-code.js';

const USAGE_CODES: Readonly<Record<UsageErrorKind, number>> = {
  flag: ExitCode.error,
  choice: ExitCode.badFeature,
  arguments: ExitCode.badArguments,
  input: ExitCode.invalidInput,
};

/** The one place where a failure gets its exit status. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return USAGE_CODES[error.kind];
  if (error instanceof UnsupportedFormatError) return ExitCode.badFeature;
  if (error instanceof ConnectionError) return ExitCode.badConnection;
  if (error instanceof InterruptedError) return ExitCode.interrupted;
  if (error instanceof AlreadyReportedError) return error.exitCode;
  return ExitCode.error;
}
