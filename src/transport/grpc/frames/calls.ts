import type { Http2Connection } from '../../http2/connection.js';
import { Exchange, type Request } from './exchange.js';
import type { Refusal } from './response.js';

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
          resolve(oneResponse('more than one'));
        }
      },
      onEnd: (refusal) => resolve(refusal ?? response ?? oneResponse('no')),
      onLimit: () => reject(limit.reason),
    });
  });
}

function oneResponse(received: string): Refusal {
  const details = `cardinality violation: received ${received} response message from non-server-streaming RPC`;
  return { code: 'Internal', details };
}

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
