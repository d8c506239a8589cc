import type { StreamOptions } from '../../model/services.js';
import type { Authentication } from './authentication.js';
import type { CallRunner } from './call-runner.js';
import type { BidiChannel } from './endpoint-channel.js';
import type { RequestEncoder } from './request-encoder.js';
import type { Rpc } from './rpc.js';
import { CallFailure } from './status.js';

export interface BidiCallerOptions {
  readonly runner: CallRunner<BidiChannel>;
  readonly authentication: Authentication;
  readonly encoder: RequestEncoder;
}

/** Makes calls whose requests are a stream, too, for `Caller`. */
export class BidiCaller {
  readonly #runner: CallRunner<BidiChannel>;
  readonly #authentication: Authentication;
  readonly #encoder: RequestEncoder;

  constructor({ runner, authentication, encoder }: BidiCallerOptions) {
    this.#runner = runner;
    this.#authentication = authentication;
    this.#encoder = encoder;
  }

  /** One attempt only: who talks with a server must know when it is another one. Begins when the first response is asked for. */
  async *bidi<Request, Response>(
    rpc: Rpc<Request, Response>,
    requests: AsyncIterable<Request>,
    call?: StreamOptions,
  ): AsyncGenerator<Response, void, undefined> {
    const { pool } = this.#runner;
    const limit = this.#runner.limit(call);
    let channel: BidiChannel | undefined;
    try {
      await this.#authentication.renewForStream(limit);
      channel = pool.ready ?? (await pool.pick(limit.signal));
      yield* channel.bidi(rpc, this.#encoder.encodeAll(rpc, requests), {
        limit,
        token: this.#authentication.token,
        requiresLeader: call?.requiresLeader ?? false,
      });
    } catch (error) {
      if (channel && error instanceof CallFailure && error.code === 'Unavailable') {
        pool.leave(channel);
        this.#authentication.expire();
      }
      throw await this.#runner.explained(error, limit);
    } finally {
      limit.release();
    }
  }

  close(): void {
    this.#runner.pool.close();
  }
}
