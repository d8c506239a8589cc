import { UsageError } from '../../../model/errors.js';

/** The only argument, such as `3.6`; what versions there are is the server's business. */
export function targetVersionFromArguments(args: readonly string[]): string {
  const [version] = args;
  if (version === undefined) throw new UsageError('TARGET_VERSION not provided');
  if (args.length > 1) throw new UsageError('too many arguments');
  if (version === '') throw new UsageError('target version not provided');
  return version;
}
