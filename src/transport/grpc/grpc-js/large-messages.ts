import { collectGarbage } from '../../../runtime/collect-garbage.js';

/** Parts of smaller messages are collected while they are young. */
const MIN_LARGE_BYTES = 1 << 20;

const COLLECT_EVERY_BYTES = 64 << 20;

/**
 * The decoder of a stream, which collects garbage after each 64 MiB of large messages. grpc-js joins a message from its parts, and while it
 * waits for the last one, the first parts become old: only a collection of the whole heap frees them.
 */
export function collecting<Response>(
  decode: (bytes: Buffer) => Response,
  collect = collectGarbage,
): (bytes: Buffer) => Response {
  let bytesSinceCollection = 0;
  return (bytes) => {
    if (bytes.length >= MIN_LARGE_BYTES) bytesSinceCollection += bytes.length;
    if (bytesSinceCollection >= COLLECT_EVERY_BYTES) {
      bytesSinceCollection = 0;
      collect();
    }
    return decode(bytes);
  };
}
