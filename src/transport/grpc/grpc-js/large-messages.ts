import { getDefaultHighWaterMark, setDefaultHighWaterMark } from 'node:stream';
import { OldGarbage } from '../../../runtime/collect-garbage.js';
import { keepNewSpaceSmall } from '../../../runtime/new-space.js';

/** Parts of smaller messages are collected while they are young. */
const MIN_LARGE_BYTES = 1 << 20;

/**
 * The large responses of a channel, which leave garbage: grpc-js joins a response from its parts, and while it waits for the last one, the
 * first parts become old.
 */
export class LargeMessages {
  readonly #garbage: OldGarbage;

  constructor(garbage = new OldGarbage()) {
    this.#garbage = garbage;
  }

  /** A decoder that counts the large ones. */
  counting<Response>(decode: (bytes: Buffer) => Response): (bytes: Buffer) => Response {
    return (bytes) => {
      if (bytes.length >= MIN_LARGE_BYTES) this.#garbage.count(bytes.length);
      return decode(bytes);
    };
  }
}

/** A decoder that keeps the space of new objects small from the first large message on, until `end` is called. */
export function keepingNewSpaceSmall<Response>(decode: (bytes: Buffer) => Response) {
  let restoreGrowth: (() => void) | undefined;
  let hasEnded = false;
  return {
    decode(bytes: Buffer): Response {
      if (bytes.length >= MIN_LARGE_BYTES && !hasEnded) restoreGrowth ??= keepNewSpaceSmall();
      return decode(bytes);
    },
    end(): void {
      hasEnded = true;
      restoreGrowth?.();
      restoreGrowth = undefined;
    },
  };
}

/**
 * Makes a stream of grpc-js that receives one message in advance, and also sends one at a time. By default it receives 16 while the consumer is
 * busy, whatever their size: of pages of 16 MiB, that is a store of 256 MiB.
 */
export function withOneInAdvance<Stream>(makeStream: () => Stream): Stream {
  const before = getDefaultHighWaterMark(true);
  setDefaultHighWaterMark(true, 1);
  try {
    return makeStream();
  } finally {
    setDefaultHighWaterMark(true, before);
  }
}
