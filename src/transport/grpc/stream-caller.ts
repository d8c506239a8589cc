import type { StreamOptions } from '../../model/services.js';
import type { Authentication } from './authentication.js';
import type { CallLimit } from './call-limit.js';
import type { CallRunner } from './call-runner.js';
import type { Attempt, StreamChannel } from './endpoint-channel.js';
import type { RequestEncoder } from './request-encoder.js';
import type { Rpc } from './rpc.js';
import { CallFailure } from './status.js';

export interface StreamCallerOptions {
  readonly runner: CallRunner<StreamChannel>;
  readonly authentication: Authentication;
  readonly encoder: RequestEncoder;
}

/** Makes the calls with streams, for `Caller`. */
export class StreamCaller {
  readonly #runner: CallRunner<StreamChannel>;
  readonly #authentication: Authentication;
  readonly #encoder: RequestEncoder;

  constructor({ runner, authentication, encoder }: StreamCallerOptions) {
    this.#runner = runner;
    this.#authentication = authentication;
    this.#encoder = encoder;
  }

  async *serverStream<Request, Response>(
    rpc: Rpc<Request, Response>,
    request: Request,
    call?: StreamOptions,
  ): AsyncGenerator<Response, void, undefined> {
    const authentication = this.#authentication;
    const limit = this.#runner.limit(call);
    try {
      const bytes = this.#encoder.encode(rpc, request);
      await authentication.renewForStream(limit);
      // Only the beginning can be repeated: once something was received, the consumer has it.
      const { first, rest } = await this.#runner.repeat(
        { limit, policy: rpc.policy, authentication },
        async (channel) => {
          const rest = channel.serverStream(rpc, bytes, this.#attempt(limit, call));
          return { first: await rest.next(), rest };
        },
      );
      try {
        for (let next = first; !next.done; next = await rest.next()) {
          limit.pause();
          yield next.value;
          limit.resume();
        }
      } finally {
        await rest.return();
      }
    } catch (error) {
      throw await this.#runner.explained(error, limit);
    } finally {
      limit.release();
    }
  }

  async *bidi<Request, Response>(
    rpc: Rpc<Request, Response>,
    requests: AsyncIterable<Request>,
    call?: StreamOptions,
  ): AsyncGenerator<Response, void, undefined> {
    const { pool } = this.#runner;
    const limit = this.#runner.limit(call);
    let channel: StreamChannel | undefined;
    try {
      await this.#authentication.renewForStream(limit);
      channel = pool.ready ?? (await pool.pick(limit.signal));
      yield* channel.bidi(rpc, this.#encoder.encodeAll(rpc, requests), this.#attempt(limit, call));
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

  #attempt(limit: CallLimit, call: StreamOptions | undefined): Attempt {
    return { limit, token: this.#authentication.token, requiresLeader: call?.requiresLeader ?? false };
  }
}
