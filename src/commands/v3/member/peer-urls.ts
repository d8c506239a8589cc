import { GoParseError } from '../../../go/parse-error.js';
import { parsePeerUrls } from '../../../go/peer-url.js';
import { UsageError } from '../../../model/errors.js';

/**
 * The URLs of `--peer-urls`, unchanged. They are checked by the rules of the server before anything connects, because a member with
 * an invalid peer URL can make a cluster unavailable.
 */
export function toPeerUrls(list: string): readonly string[] {
  if (list === '') throw new UsageError('member peer urls not provided');
  const urls = list.split(',');
  try {
    parsePeerUrls(urls);
    return urls;
  } catch (cause) {
    if (!(cause instanceof GoParseError)) throw cause;
    // etcdctl exits with status 1 here, not with the status of invalid arguments.
    const reasons = ['--peer-urls are like https://10.0.0.4:2380'];
    throw new UsageError(cause.message, 'flag', { cause, reasons });
  }
}
