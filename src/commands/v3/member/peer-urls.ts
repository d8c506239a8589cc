import { GoParseError } from '../../../go/parse-error.js';
import { parsePeerUrls } from '../../../go/peer-url.js';
import { UsageError } from '../../../model/errors.js';

/**
 * The URLs of `--peer-urls`, as given. Checked before anything connects, by the rules that etcd's servers have for them, for a member
 * whose URL is wrong can bring a cluster down.
 */
export function toPeerUrls(list: string): readonly string[] {
  if (list === '') throw new UsageError('member peer urls not provided');
  const urls = list.split(',');
  try {
    parsePeerUrls(urls);
    return urls;
  } catch (cause) {
    if (!(cause instanceof GoParseError)) throw cause;
    // etcdctl's status here is 1, not that of bad arguments.
    const reasons = ['--peer-urls are like https://10.0.0.4:2380'];
    throw new UsageError(cause.message, 'flag', { cause, reasons });
  }
}
