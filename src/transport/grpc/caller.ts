import { ServerError } from '../../model/errors.js';
import type { CallOptions, StreamOptions } from '../../model/services.js';
import type { ConnectionOptions, Credentials } from '../connection.js';
import { Authentication } from './authentication.js';
import { type AttemptContext, ClientContext } from './call-context.js';
import { CallRunner } from './call-runner.js';
import type { EndpointChannel } from './endpoint-channel.js';
import { EndpointPool } from './endpoint-pool.js';
import { type HedgedCall, hedge } from './hedging.js';
import type { RetryPolicy } from './retry.js';
import type { Rpc, RpcLoader } from './rpc.js';
import { AttemptError, requestTooLarge } from './status.js';
import { WaitReports } from './wait-reports.js';

interface CallerOptions {
  /** At least one, in the order of the endpoints. */
  readonly channels: readonly EndpointChannel[];
  /** For logins; `undefined`: `channels`. */
  readonly loginChannels?: readonly EndpointChannel[] | undefined;
  readonly reportFailures: ConnectionOptions['reportFailures'];
  readonly reportUnanswered: ConnectionOptions['reportUnanswered'];
  readonly reportWaiting: ConnectionOptions['reportWaiting'];
  readonly credentials: Credentials | undefined;
  readonly loadLogin: RpcLoader<
    { readonly name: string; readonly password: string },
    { readonly token: string }
  >;
  readonly callTimeoutMs: number | null;
  /** 0: etcd's default of 2 MiB. */
  readonly maxRequestBytes: number;
}

/** Makes calls: chooses the endpoint, adds token and deadline, retries. Rejects with a model error or with the signal's reason. */
export class Caller {
  readonly #clientContext = new ClientContext();
  readonly #encoder: RequestEncoder;
  readonly #authentication: Authentication;
  readonly #runner: CallRunner;
  readonly #loginRunner: CallRunner;
  readonly #waitReports: WaitReports;

  constructor({
    channels,
    loginChannels,
    reportFailures,
    reportUnanswered,
    reportWaiting,
    credentials,
    loadLogin,
    callTimeoutMs,
    maxRequestBytes,
  }: CallerOptions) {
    this.#encoder = new RequestEncoder(maxRequestBytes);
    const runnerOf = (channels: readonly EndpointChannel[]) =>
      new CallRunner({
        pool: new EndpointPool(channels, reportFailures),
        clientContext: this.#clientContext,
        callTimeoutMs,
        reportUnanswered,
      });
    this.#runner = runnerOf(channels);
    this.#loginRunner = loginChannels === undefined ? this.#runner : runnerOf(loginChannels);
    this.#waitReports = new WaitReports(this.#runner.pool, reportWaiting);
    this.#authentication = new Authentication(credentials, async (request, context) => {
      const login = await loadLogin();
      const bytes = this.#encoder.encode(login, request);
      const attempt = (channel: EndpointChannel, context: AttemptContext) =>
        channel.unary(login, bytes, { context, token: '', requiresLeader: false });
      const { policy } = login;
      const { pool } = this.#loginRunner;
      return this.#loginRunner.retry({ context, policy }, hedged(policy, { pool, context, attempt }));
    });
  }

  /** Requests a token, if the credentials are a password. */
  async logIn(call: CallOptions): Promise<void> {
    if (!this.#authentication.needsLogin) return;
    await this.#loginRunner.withContext(call, (context) => this.#authentication.refreshToken(context));
  }

  unary<Request, Response>(
    loadRpc: RpcLoader<Request, Response>,
    request: Request,
    call?: CallOptions,
  ): Promise<Response> {
    const authentication = this.#authentication;
    return this.#runner.withContext(call, async (context) => {
      const rpc = await loadRpc();
      const bytes = this.#encoder.encode(rpc, request);
      const attempt = (channel: EndpointChannel, context: AttemptContext) =>
        channel.unary(rpc, bytes, { context, token: authentication.token, requiresLeader: false });
      const policy = call?.isRepeatable ? 'idempotent' : rpc.policy;
      const stopReports = this.#waitReports.begin({ path: rpc.path, policy }, context);
      const attempts = hedged(policy, { pool: this.#runner.pool, context, attempt });
      return this.#runner.retry({ context, policy, authentication }, attempts).finally(stopReports);
    });
  }

  /** The call starts with the first `next()`, and is cancelled when the consumer stops early. */
  async *serverStream<Request, Response>(
    loadRpc: RpcLoader<Request, Response>,
    request: Request,
    call?: StreamOptions,
  ): AsyncGenerator<Response, void, undefined> {
    const authentication = this.#authentication;
    const rpc = await loadRpc();
    const context = this.#runner.context(call);
    const stopReports = this.#waitReports.begin(rpc, context);
    try {
      const bytes = this.#encoder.encode(rpc, request);
      await authentication.refreshTokenForStream(context);
      // Retried only until the first response: after that, the consumer already has a part of the stream.
      const { first, rest } = await this.#runner.retry(
        {
          context,
          policy: rpc.policy,
          // etcd's client refreshes a rejected token only for the streams that it retries (client/v3/retry_interceptor.go).
          ...(rpc.policy === 'idempotent' && { authentication }),
          maxAttempts: Number.POSITIVE_INFINITY,
        },
        async (channel) => {
          const rest = channel.serverStream(rpc, bytes, {
            context,
            token: authentication.token,
            requiresLeader: call?.requiresLeader ?? false,
            reusesMemory: call?.reusesMemory ?? false,
          });
          return { first: await rest.next(), rest };
        },
      );
      try {
        context.hasResponse = true;
        stopReports();
        for (let next = first; !next.done; next = await rest.next()) {
          context.pause();
          yield next.value;
          context.resume();
        }
      } finally {
        await rest.return();
      }
    } catch (error) {
      throw await this.#runner.toCallerError(error, context);
    } finally {
      stopReports();
      context.release();
    }
  }

  /** Not retried: the caller must know when the stream's server changes. The call starts with the first `next()`. */
  async *bidi<Request, Response>(
    loadRpc: RpcLoader<Request, Response>,
    requests: AsyncIterable<Request>,
    call?: StreamOptions,
  ): AsyncGenerator<Response, void, undefined> {
    const { pool } = this.#runner;
    const rpc = await loadRpc();
    const context = this.#runner.context(call);
    const stopReports = this.#waitReports.begin(rpc, context);
    let channel: EndpointChannel | undefined;
    try {
      await this.#authentication.refreshTokenForStream(context);
      channel = pool.ready ?? (await pool.pick(context.signal));
      context.wasSent = true;
      const responses = channel.bidi(rpc, this.#encoder.encodeAll(rpc, requests), {
        context,
        token: this.#authentication.token,
        requiresLeader: call?.requiresLeader ?? false,
      });
      for await (const response of responses) {
        if (!context.hasResponse) stopReports();
        context.hasResponse = true;
        context.pause();
        yield response;
        context.resume();
      }
    } catch (error) {
      const isInterrupted =
        error instanceof AttemptError && (error.isInterruption || error.code === 'Unavailable');
      if (channel && (isInterrupted || context.hasExpired)) {
        pool.markUnavailable(channel);
        this.#authentication.expireToken();
      }
      throw await this.#runner.toCallerError(error, context);
    } finally {
      stopReports();
      context.release();
    }
  }

  /** Ends all calls and connections. */
  close(): void {
    this.#clientContext.cancel(
      new ServerError('rpc error: code = Canceled desc = grpc: the client connection is closing', 'Canceled'),
    );
    for (const { pool } of new Set([this.#runner, this.#loginRunner])) pool.close();
  }
}

/** The attempt, made on several endpoints if the call may be. */
function hedged<Response>(
  policy: RetryPolicy,
  call: HedgedCall<Response>,
): (channel: EndpointChannel) => Promise<Response> {
  const isHedged = policy === 'idempotent' && call.pool.size > 1;
  return (channel) => (isHedged ? hedge(channel, call) : call.attempt(channel, call.context));
}

/** The server's default limit for requests plus overhead (client/v3/options.go `defaultMaxCallSendMsgSize`). */
const DEFAULT_MAX_REQUEST_BYTES = 2 * 2 ** 20;

/** Encodes requests and enforces the size limit. */
class RequestEncoder {
  readonly #maxBytes: number;

  /** @param maxBytes 0: etcd's default */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes || DEFAULT_MAX_REQUEST_BYTES;
  }

  /** @throws ServerError with code ResourceExhausted when the request is too large */
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
