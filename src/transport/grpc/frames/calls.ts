import type { Http2Connection } from '../../http2/connection.js';
import type { Refusal } from '../status.js';
import { Exchange, type Request } from './exchange.js';

/** The response's only message, or why there is none; rejects with the limit's reason. */
export function callUnary(connection: Http2Connection, request: Request): Promise<Buffer | Refusal> {
  const { limit } = request;
  return new Promise((resolve, reject) => {
    if (limit.isOver) return reject(limit.reason);
    let response: Buffer | undefined;
    const exchange = new Exchange(connection, request, {
      onMessage(message) {
        exchange.consumed(message);
        if (response === undefined) response = message;
        else {
          exchange.cancel();
          resolve(MORE_THAN_ONE);
        }
      },
      onEnd: (refusal) => resolve(refusal ?? response ?? NONE),
      onLimit: () => reject(limit.reason),
    });
  });
}

/** grpc-go stream.go `recvMsg`. */
const NONE: Refusal = {
  code: 'Internal',
  details: 'cardinality violation: received no response message from non-server-streaming RPC',
};
const MORE_THAN_ONE: Refusal = {
  code: 'Internal',
  details:
    'cardinality violation: expected <EOF> for non server-streaming RPCs, but received another message',
};

/**
 * The response's messages, as they are asked for; while nobody asks, the server has to wait. The last value is why the call failed,
 * unless it went well. Throws the limit's reason.
 */
export async function* callServerStream(
  connection: Http2Connection,
  request: Request,
): AsyncGenerator<Buffer, Refusal | undefined, undefined> {
  const { limit } = request;
  if (limit.isOver) throw limit.reason;
  const messages: Buffer[] = [];
  let end: { readonly refusal: Refusal | undefined } | undefined;
  let wake = () => {};
  const exchange = new Exchange(connection, request, {
    onMessage(message) {
      messages.push(message);
      wake();
    },
    onEnd(refusal) {
      end = { refusal };
      wake();
    },
    onLimit: () => wake(),
  });
  try {
    for (;;) {
      if (limit.isOver) throw limit.reason;
      const message = messages.shift();
      if (message !== undefined) {
        yield message;
        exchange.consumed(message);
      } else if (end === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      } else {
        return end.refusal;
      }
    }
  } finally {
    exchange.cancel();
  }
}
