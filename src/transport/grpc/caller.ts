import { ServerError } from '../../model/errors.js';
import type { CallOptions, StreamOptions } from '../../model/services.js';
import type { Credentials } from '../connection.js';
import { Authentication } from './authentication.js';
import { ClientContext } from './call-context.js';
import { CallRunner } from './call-runner.js';
import type { BidiChannel, RequestChannel } from './endpoint-channel.js';
import { EndpointPool } from './endpoint-pool.js';
import type { Rpc } from './rpc.js';
import { CallFailure, requestTooLarge } from './status.js';

interface CallerOptions {
  /** At least one, in the order of the endpoints. */
  readonly channels: readonly RequestChannel[];
  /** The same endpoints for streams of requests; they are asked for with the first one. */
  readonly openBidiChannels: () => Promise<readonly BidiChannel[]>;
  readonly credentials: Credentials | undefined;
  readonly login: Rpc<{ readonly name: string; readonly password: string }, { readonly token: string }>;
  readonly callTimeoutMs: number | null;
  /** 0: etcd's default. */
  readonly maxRequestBytes: number;
}

/** Makes calls: endpoint, token, deadline and retries are its business. Everything it rejects with is a model error or a signal's reason. */
export class Caller {
  readonly #options: CallerOptions;
  readonly #end = new ClientContext();
  readonly #encoder: RequestEncoder;
  readonly #authentication: Authentication;
  readonly #runner: CallRunner<RequestChannel>;
  #bidi: Promise<BidiCaller> | undefined;

  constructor(options: CallerOptions) {
    const { channels, credentials, login, callTimeoutMs, maxRequestBytes } = options;
    this.#options = options;
    this.#encoder = new RequestEncoder(maxRequestBytes);
    this.#runner = new CallRunner({ pool: new EndpointPool(channels), end: this.#end, callTimeoutMs });
    this.#authentication = new Authentication(credentials, (request, context) => {
      const bytes = this.#encoder.encode(login, request);
      return this.#runner.repeat({ context, policy: login.policy }, (channel) =>
        channel.unary(login, bytes, { context, token: '', requiresLeader: false }),
      );
    });
  }

  /** Gets the token of credentials that need one. */
  async logIn(call: CallOptions): Promise<void> {
    if (!this.#authentication.needsLogin) return;
    await this.#runner.inContext(call, (context) => this.#authentication.renew(context));
  }

  unary<Request, Response>(
    rpc: Rpc<Request, Response>,
    request: Request,
    call?: CallOptions,
  ): Promise<Response> {
    const authentication = this.#authentication;
    return this.#runner.inContext(call, (context) => {
      const bytes = this.#encoder.encode(rpc, request);
      return this.#runner.repeat({ context, policy: rpc.policy, authentication }, (channel) =>
        channel.unary(rpc, bytes, { context, token: authentication.token, requiresLeader: false }),
      );
    });
  }

  /** The call begins when the first response is asked for, and is cancelled when the consumer stops early. */
  async *serverStream<Request, Response>(
    rpc: Rpc<Request, Response>,
    request: Request,
    call?: StreamOptions,
  ): AsyncGenerator<Response, void, undefined> {
    const authentication = this.#authentication;
    const context = this.#runner.context(call);
    try {
      const bytes = this.#encoder.encode(rpc, request);
      await authentication.renewForStream(context);
      // Only the beginning can be repeated: once something was received, the consumer has it.
      const { first, rest } = await this.#runner.repeat(
        { context, policy: rpc.policy, authentication, maxAttempts: Number.POSITIVE_INFINITY },
        async (channel) => {
          const rest = channel.serverStream(rpc, bytes, {
            context,
            token: authentication.token,
            requiresLeader: call?.requiresLeader ?? false,
          });
          return { first: await rest.next(), rest };
        },
      );
      try {
        for (let next = first; !next.done; next = await rest.next()) {
          context.pause();
          yield next.value;
          context.resume();
        }
      } finally {
        await rest.return();
      }
    } catch (error) {
      throw await this.#runner.explained(error, context);
    } finally {
      context.release();
    }
  }

  /** See `BidiCaller`. */
  async *bidi<Request, Response>(
    rpc: Rpc<Request, Response>,
    requests: AsyncIterable<Request>,
    call?: StreamOptions,
  ): AsyncGenerator<Response, void, undefined> {
    yield* (await this.#bidiCaller()).bidi(rpc, requests, call);
  }

  /** Ends all calls and connections. */
  close(): void {
    this.#end.end(
      new ServerError('rpc error: code = Canceled desc = grpc: the client connection is closing', 'Canceled'),
    );
    this.#runner.pool.close();
    // Whoever made the first stream has heard why there is none.
    this.#bidi?.then((caller) => caller.close()).catch(() => {});
  }

  #bidiCaller(): Promise<BidiCaller> {
    this.#bidi ??= this.#openBidi();
    return this.#bidi;
  }

  async #openBidi(): Promise<BidiCaller> {
    const channels = await this.#options.openBidiChannels();
    const { callTimeoutMs } = this.#options;
    return new BidiCaller({
      runner: new CallRunner({ pool: new EndpointPool(channels), end: this.#end, callTimeoutMs }),
      authentication: this.#authentication,
      encoder: this.#encoder,
    });
  }
}

interface BidiCallerOptions {
  readonly runner: CallRunner<BidiChannel>;
  readonly authentication: Authentication;
  readonly encoder: RequestEncoder;
}

/** Makes calls whose requests are a stream, too, for `Caller`. */
class BidiCaller {
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
    const context = this.#runner.context(call);
    let channel: BidiChannel | undefined;
    try {
      await this.#authentication.renewForStream(context);
      channel = pool.ready ?? (await pool.pick(context.signal));
      yield* channel.bidi(rpc, this.#encoder.encodeAll(rpc, requests), {
        context,
        token: this.#authentication.token,
        requiresLeader: call?.requiresLeader ?? false,
      });
    } catch (error) {
      if (channel && error instanceof CallFailure && error.code === 'Unavailable') {
        pool.leave(channel);
        this.#authentication.expire();
      }
      throw await this.#runner.explained(error, context);
    } finally {
      context.release();
    }
  }

  close(): void {
    this.#runner.pool.close();
  }
}

/** etcd's own limit for requests, and a little (client/v3/options.go `defaultMaxCallSendMsgSize`). */
const DEFAULT_MAX_REQUEST_BYTES = 2 * 2 ** 20;

/** Makes bytes of requests, none larger than the user allows. */
class RequestEncoder {
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
