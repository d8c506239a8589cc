import type { Rpc } from './rpc.js';
import { requestTooLarge } from './status.js';

/** etcd's own limit for requests, and a little (client/v3/options.go `defaultMaxCallSendMsgSize`). */
const DEFAULT_MAX_REQUEST_BYTES = 2 * 2 ** 20;

/** Makes bytes of requests, none larger than the user allows. */
export class RequestEncoder {
  readonly #maxBytes: number;

  /** @param maxBytes 0: etcd's default */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes || DEFAULT_MAX_REQUEST_BYTES;
  }

  /** @throws ServerError as the server would answer, when the request is too large */
  encode<Request>(rpc: Rpc<Request, unknown>, request: Request): Uint8Array {
    const bytes = rpc.encode(request);
    if (bytes.length > this.#maxBytes) throw requestTooLarge(bytes.length, this.#maxBytes);
    return bytes;
  }

  async *encodeAll<Request>(
    rpc: Rpc<Request, unknown>,
    requests: AsyncIterable<Request>,
  ): AsyncGenerator<Uint8Array> {
    for await (const request of requests) yield this.encode(rpc, request);
  }
}
