import { collectGarbage } from '../../../runtime/collect-garbage.js';

/** Parts of smaller messages are collected while they are young. */
const MIN_LARGE_BYTES = 1 << 20;

const COLLECT_EVERY_BYTES = 32 << 20;

/** In Node.js 20, such garbage does not accumulate. */
const accumulates = Number.parseInt(process.versions.v8, 10) >= 12;

/**
 * The decoder of a stream, which collects garbage after each 32 MiB of large messages. grpc-js joins a message from its parts, and while it
 * waits for the last one, the first parts become old: only a collection of the whole heap frees them.
 */
export function collecting<Response>(
  decode: (bytes: Buffer) => Response,
  collect = accumulates ? collectGarbage : undefined,
): (bytes: Buffer) => Response {
  if (collect === undefined) return decode;
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
