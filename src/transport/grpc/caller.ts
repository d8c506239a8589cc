import { ServerError } from '../../model/errors.js';
import type { CallOptions, StreamOptions } from '../../model/services.js';
import type { Credentials } from '../connection.js';
import { Authentication } from './authentication.js';
import { ClientEnd } from './call-limit.js';
import { CallRunner } from './call-runner.js';
import type { StreamChannel, UnaryChannel } from './endpoint-channel.js';
import { EndpointPool } from './endpoint-pool.js';
import { RequestEncoder } from './request-encoder.js';
import type { Rpc } from './rpc.js';
import { StreamCaller } from './stream-caller.js';

export interface CallerOptions {
  /** At least one, in the order of the endpoints. */
  readonly channels: readonly UnaryChannel[];
  /** The same endpoints for streams; they are asked for with the first one. */
  readonly openStreamChannels: () => Promise<readonly StreamChannel[]>;
  readonly credentials: Credentials | undefined;
  readonly login: Rpc<{ readonly name: string; readonly password: string }, { readonly token: string }>;
  readonly callTimeoutMs: number | null;
  /** 0: etcd's default. */
  readonly maxRequestBytes: number;
}

/** Makes calls: endpoint, token, deadline and retries are its business. Everything it rejects with is a model error or a signal's reason. */
export class Caller {
  readonly #options: CallerOptions;
  readonly #end = new ClientEnd();
  readonly #encoder: RequestEncoder;
  readonly #authentication: Authentication;
  readonly #runner: CallRunner<UnaryChannel>;
  #streams: Promise<StreamCaller> | undefined;

  constructor(options: CallerOptions) {
    const { channels, credentials, login, callTimeoutMs, maxRequestBytes } = options;
    this.#options = options;
    this.#encoder = new RequestEncoder(maxRequestBytes);
    this.#runner = new CallRunner({ pool: new EndpointPool(channels), end: this.#end, callTimeoutMs });
    this.#authentication = new Authentication(credentials, (request, limit) => {
      const bytes = this.#encoder.encode(login, request);
      return this.#runner.repeat({ limit, policy: login.policy }, (channel) =>
        channel.unary(login, bytes, { limit, token: '', requiresLeader: false }),
      );
    });
  }

  /** Gets the token of credentials that need one. */
  async logIn(call: CallOptions): Promise<void> {
    if (!this.#authentication.needsLogin) return;
    const limit = this.#runner.limit(call);
    try {
      await this.#authentication.renew(limit);
    } catch (error) {
      throw await this.#runner.explained(error, limit);
    } finally {
      limit.release();
    }
  }

  async unary<Request, Response>(
    rpc: Rpc<Request, Response>,
    request: Request,
    call?: CallOptions,
  ): Promise<Response> {
    const authentication = this.#authentication;
    const limit = this.#runner.limit(call);
    try {
      const bytes = this.#encoder.encode(rpc, request);
      return await this.#runner.repeat({ limit, policy: rpc.policy, authentication }, (channel) =>
        channel.unary(rpc, bytes, { limit, token: authentication.token, requiresLeader: false }),
      );
    } catch (error) {
      throw await this.#runner.explained(error, limit);
    } finally {
      limit.release();
    }
  }

  /** The call begins when the first response is asked for, and is cancelled when the consumer stops early. */
  async *serverStream<Request, Response>(
    rpc: Rpc<Request, Response>,
    request: Request,
    call?: StreamOptions,
  ): AsyncGenerator<Response, void, undefined> {
    yield* (await this.#streamCaller()).serverStream(rpc, request, call);
  }

  /** One attempt only: who talks with a server must know when it is another one. Begins when the first response is asked for. */
  async *bidi<Request, Response>(
    rpc: Rpc<Request, Response>,
    requests: AsyncIterable<Request>,
    call?: StreamOptions,
  ): AsyncGenerator<Response, void, undefined> {
    yield* (await this.#streamCaller()).bidi(rpc, requests, call);
  }

  /** Ends all calls and connections. */
  close(): void {
    this.#end.end(
      new ServerError('rpc error: code = Canceled desc = grpc: the client connection is closing', 'Canceled'),
    );
    this.#runner.pool.close();
    void this.#streams?.then((streams) => streams.close());
  }

  #streamCaller(): Promise<StreamCaller> {
    this.#streams ??= this.#openStreams();
    return this.#streams;
  }

  async #openStreams(): Promise<StreamCaller> {
    const channels = await this.#options.openStreamChannels();
    const { callTimeoutMs } = this.#options;
    return new StreamCaller({
      runner: new CallRunner({ pool: new EndpointPool(channels), end: this.#end, callTimeoutMs }),
      authentication: this.#authentication,
      encoder: this.#encoder,
    });
  }
}
