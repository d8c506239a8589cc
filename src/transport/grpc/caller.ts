import { ServerError } from '../../model/errors.js';
import type { CallOptions, StreamOptions } from '../../model/services.js';
import type { Credentials } from '../connection.js';
import { type Attempt, attemptBidi, attemptServerStream, attemptUnary } from './attempt.js';
import { Authentication } from './authentication.js';
import { CallLimit, ClientEnd } from './call-limit.js';
import { CallMetadata } from './call-metadata.js';
import type { EndpointChannel } from './channel.js';
import { deadlineExceeded, pause } from './deadline.js';
import type { EndpointPool } from './endpoint-pool.js';
import { backoffMs, MAX_ATTEMPTS, mayRepeat } from './retry.js';
import type { Rpc } from './rpc.js';
import { CallFailure, requestTooLarge, toServerError } from './status.js';

/** etcd's own limit for requests, and a little (client/v3/options.go `defaultMaxCallSendMsgSize`). */
const DEFAULT_MAX_REQUEST_BYTES = 2 * 2 ** 20;

export interface CallerOptions {
  readonly pool: EndpointPool;
  readonly credentials: Credentials | undefined;
  readonly login: Rpc<{ readonly name: string; readonly password: string }, { readonly token: string }>;
  readonly callTimeoutMs: number | null;
  /** 0: etcd's default. */
  readonly maxRequestBytes: number;
}

/** Makes calls: endpoint, token, deadline and retries are its business. Everything it rejects with is a model error or a signal's reason. */
export class Caller {
  readonly #options: CallerOptions;
  readonly #pool: EndpointPool;
  readonly #authentication: Authentication;
  readonly #metadata: CallMetadata;
  readonly #end = new ClientEnd();

  constructor(options: CallerOptions) {
    this.#options = options;
    this.#pool = options.pool;
    this.#metadata = new CallMetadata(options.pool.only !== undefined);
    this.#authentication = new Authentication(options.credentials, (request, limit) =>
      this.#repeat(limit, options.login, (channel) =>
        attemptUnary(options.login, this.#encode(options.login, request), {
          channel,
          limit,
          metadata: this.#metadata.of('', false),
        }),
      ),
    );
  }

  /** Gets the token of credentials that need one. */
  logIn(call: CallOptions): Promise<void> {
    return this.#limited(call, (limit) => this.#authentication.renew(limit));
  }

  unary<Request, Response>(
    rpc: Rpc<Request, Response>,
    request: Request,
    call?: CallOptions,
  ): Promise<Response> {
    return this.#limited(call, (limit) => {
      const bytes = this.#encode(rpc, request);
      return this.#repeat(
        limit,
        rpc,
        (channel) => attemptUnary(rpc, bytes, this.#attempt(channel, limit, call)),
        this.#authentication,
      );
    });
  }

  /** The call begins when the first response is asked for, and is cancelled when the consumer stops early. */
  async *serverStream<Request, Response>(
    rpc: Rpc<Request, Response>,
    request: Request,
    call?: StreamOptions,
  ): AsyncGenerator<Response, void, undefined> {
    const limit = new CallLimit(call, this.#options.callTimeoutMs, this.#end);
    try {
      const bytes = this.#encode(rpc, request);
      await this.#authentication.renewForStream(limit);
      // Only the beginning can be repeated: once something was received, the consumer has it.
      const { first, rest } = await this.#repeat(
        limit,
        rpc,
        async (channel) => {
          const rest = attemptServerStream(rpc, bytes, this.#attempt(channel, limit, call));
          return { first: await rest.next(), rest };
        },
        this.#authentication,
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
      throw await this.#explained(error, limit);
    } finally {
      limit.release();
    }
  }

  /** One attempt only: who talks with a server must know when it is another one. Begins when the first response is asked for. */
  async *bidi<Request, Response>(
    rpc: Rpc<Request, Response>,
    requests: AsyncIterable<Request>,
    call?: StreamOptions,
  ): AsyncGenerator<Response, void, undefined> {
    const limit = new CallLimit(call, this.#options.callTimeoutMs, this.#end);
    let channel: EndpointChannel | undefined;
    try {
      await this.#authentication.renewForStream(limit);
      channel = this.#pool.only ?? (await this.#pool.pick(limit.signal));
      yield* attemptBidi(rpc, this.#encodeAll(rpc, requests), this.#attempt(channel, limit, call));
    } catch (error) {
      if (channel && error instanceof CallFailure && error.code === 'Unavailable') {
        this.#pool.leave(channel);
        this.#authentication.expire();
      }
      throw await this.#explained(error, limit);
    } finally {
      limit.release();
    }
  }

  /** Ends all calls and connections. */
  close(): void {
    this.#end.end(
      new ServerError('rpc error: code = Canceled desc = grpc: the client connection is closing', 'Canceled'),
    );
    this.#pool.close();
  }

  async #limited<Result>(
    call: CallOptions | undefined,
    work: (limit: CallLimit) => Promise<Result>,
  ): Promise<Result> {
    const limit = new CallLimit(call, this.#options.callTimeoutMs, this.#end);
    try {
      return await work(limit);
    } catch (error) {
      throw await this.#explained(error, limit);
    } finally {
      limit.release();
    }
  }

  /** The retry loop (client/v3/retry_interceptor.go). Without an authentication, a refused token is final. */
  async #repeat<Request, Response, Result>(
    limit: CallLimit,
    rpc: Rpc<Request, Response>,
    make: (channel: EndpointChannel) => Promise<Result>,
    authentication?: Authentication,
  ): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      const channel = this.#pool.only ?? this.#pool.ready ?? (await this.#pool.pick(limit.signal));
      try {
        return await make(channel);
      } catch (failure) {
        if (!(failure instanceof CallFailure) || attempt === MAX_ATTEMPTS) throw failure;
        if (authentication?.mayOvercome(failure)) await authentication.renew(limit);
        else if (mayRepeat(failure, rpc.policy, this.#pool.size)) this.#pool.leave(channel);
        else throw failure;
        limit.lastFailure = failure;
      }
      const waitMs = backoffMs(attempt, this.#pool.size);
      if (waitMs > 0) await pause(waitMs, limit.signal);
    }
  }

  #attempt(channel: EndpointChannel, limit: CallLimit, call: StreamOptions | undefined): Attempt {
    return {
      channel,
      limit,
      metadata: this.#metadata.of(this.#authentication.token, call?.requiresLeader ?? false),
    };
  }

  #encode<Request, Response>(rpc: Rpc<Request, Response>, request: Request): Uint8Array {
    const bytes = rpc.encode(request);
    const maxBytes = this.#options.maxRequestBytes || DEFAULT_MAX_REQUEST_BYTES;
    if (bytes.length > maxBytes) throw requestTooLarge(bytes.length, maxBytes);
    return bytes;
  }

  async *#encodeAll<Request, Response>(
    rpc: Rpc<Request, Response>,
    requests: AsyncIterable<Request>,
  ): AsyncGenerator<Uint8Array> {
    for await (const request of requests) yield this.#encode(rpc, request);
  }

  /** What the caller gets to see: a deadline goes with the state of all endpoints, for something kept the answer away. */
  async #explained(error: unknown, limit: CallLimit): Promise<unknown> {
    const failure = limit.isOver ? limit.reason : error;
    const isOwnDeadline =
      failure instanceof CallFailure &&
      failure.code === 'DeadlineExceeded' &&
      limit.deadline !== Number.POSITIVE_INFINITY;
    if (isOwnDeadline || limit.hasExpired)
      return deadlineExceeded(await this.#pool.explain(limit.lastFailure), error);
    return failure instanceof CallFailure ? toServerError(failure) : failure;
  }
}
