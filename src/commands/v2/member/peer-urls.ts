import { GoParseError } from '../../../go/parse-error.js';
import { parsePeerUrls } from '../../../go/peer-url.js';
import { V2Failure } from '../../../model/v2/errors.js';

/** Parses and sorts a comma-separated list of peer URLs. Throws a `V2Failure` with etcd's messages. */
export function toPeerUrls(list: readonly string[]): readonly string[] {
  try {
    return parsePeerUrls(list);
  } catch (cause) {
    if (!(cause instanceof GoParseError)) throw cause;
    const reasons = ['a peer URL has the form https://10.0.0.4:2380'];
    throw new V2Failure(cause.message, 'plain', { cause, reasons });
  }
}
