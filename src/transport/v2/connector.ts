import {
  type ClientRequest,
  Agent as HttpAgent,
  type IncomingMessage,
  type RequestOptions,
  request,
} from 'node:http';
import type { Socket } from 'node:net';
import { V2AttemptError } from '../../model/v2/errors.js';
import { monotonicMs } from '../../runtime/monotonic-clock.js';
import { TLS_FLAG_NAMES, type TlsOptions } from '../connection.js';
import { NO_CONNECTION_YET, NO_RESPONSE_YET, UNANSWERED_MS } from '../grpc/settings.js';
import { DialTimeoutError, type SecureRequestOptions, TlsAgent } from '../http/tls-agent.js';
import { loadSecurity, type Security } from '../tls/security.js';
import { type AttemptedEndpoint, attemptError } from './failure.js';
import type { RequestUrl } from './url.js';

export interface HttpRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface RequestLimits {
  readonly signal: AbortSignal;
  /** Timeout for the response headers; 0: no timeout. */
  readonly headerTimeoutMs: number;
}

/** A response whose body has not been read: the caller must call `body` or `discard`. */
export interface HttpResponse {
  readonly status: number;
  header(name: string): string;
  /** Rejects with a `V2AttemptError` when the body is incomplete or too large, or with the signal's reason. */
  body(): Promise<string>;
  discard(): void;
}

/** The listing of a whole store is the largest body. JavaScript strings can have twice this length. */
const MAX_BODY_BYTES = 256 * 2 ** 20;

interface ConnectorSettings {
  readonly dialTimeoutMs: number;
  readonly onUnanswered?: ((text: string) => void) | undefined;
  readonly maxBodyBytes?: number;
}

/** Sends single requests over persistent connections. The TLS files are read for the first connection with TLS. */
export class Connector {
  readonly #tls: Omit<TlsOptions, 'insecureTransport'>;
  readonly #settings: ConnectorSettings;
  readonly #agents: { readonly plaintext: HttpAgent; readonly tls: TlsAgent };
  #security: Promise<Security> | undefined;

  constructor(tls: Omit<TlsOptions, 'insecureTransport'>, settings: ConnectorSettings) {
    this.#tls = tls;
    this.#settings = settings;
    const { dialTimeoutMs } = settings;
    this.#agents = {
      plaintext: new HttpAgent({ keepAlive: true }),
      tls: new TlsAgent({ keepAlive: true, security: () => this.#loadedSecurity(), dialTimeoutMs }),
    };
  }

  /** Throws a `UsageError` for unusable TLS files, whether or not an endpoint uses TLS. */
  async checkFiles(): Promise<void> {
    await loadSecurity({ ...this.#tls, insecureTransport: true }, 'none');
  }

  /** Resolves when the response headers arrive. Rejects with a `V2AttemptError`, or with the signal's reason. */
  async send(url: RequestUrl, request: HttpRequest, limits: RequestLimits): Promise<HttpResponse> {
    const { signal } = limits;
    signal.throwIfAborted();
    const attempted = await this.#attemptedEndpoint(url);
    const sent = this.#start(url, request, signal);
    const startMs = monotonicMs();
    try {
      const { maxBodyBytes = MAX_BODY_BYTES } = this.#settings;
      const response = await this.#responseTo(sent, url, limits);
      return toHttpResponse(response, { signal, attempted, maxBodyBytes });
    } catch (error) {
      if (signal.aborted && monotonicMs() > startMs + UNANSWERED_MS) {
        const why = sent.socket?.connecting === false ? NO_RESPONSE_YET : NO_CONNECTION_YET;
        this.#settings.onUnanswered?.(`${attempted.endpoint}: ${why}`);
      }
      signal.throwIfAborted();
      throw attemptError(error, attempted);
    }
  }

  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  async #attemptedEndpoint({ origin }: RequestUrl): Promise<AttemptedEndpoint> {
    const security = isSecure(origin.scheme) ? await this.#loadedSecurity() : undefined;
    return {
      endpoint: origin.text,
      host: origin.host,
      isSecure: security !== undefined,
      flagNames: this.#tls.flagNames ?? TLS_FLAG_NAMES,
      files: security?.kind === 'tls' ? security.files : undefined,
    };
  }

  #start(url: RequestUrl, { method, headers, body }: HttpRequest, signal: AbortSignal): ClientRequest {
    const { scheme, host } = url.origin;
    const options: SecureRequestOptions = {
      ...socketOptionsOf(url),
      method,
      headers: { ...headers, host },
      signal,
      agent: isSecure(scheme) ? this.#agents.tls : this.#agents.plaintext,
      expectedHost: hostName(host),
    };
    const sent = request(options);
    sent.end(body);
    return sent;
  }

  #responseTo(
    sent: ClientRequest,
    { origin }: RequestUrl,
    { headerTimeoutMs }: RequestLimits,
  ): Promise<IncomingMessage> {
    const { dialTimeoutMs } = this.#settings;
    const timeoutError = new V2AttemptError(`client: endpoint ${origin.text} exceeded header timeout`, false);
    return responseTo(sent, { dialTimeoutMs, headerTimeoutMs, timeoutError });
  }

  #loadedSecurity(): Promise<Security> {
    this.#security ??= loadSecurity({ ...this.#tls, insecureTransport: false }, 'required');
    return this.#security;
  }
}

function isSecure(scheme: string): boolean {
  return scheme === 'https' || scheme === 'unixs';
}

/** In etcd's `unix://host:port`, `host:port` is the path of the socket file. */
function socketOptionsOf({ origin: { scheme, host }, target }: RequestUrl): RequestOptions {
  if (scheme === 'unix' || scheme === 'unixs') return { socketPath: host, path: target };
  if (scheme !== 'http' && scheme !== 'https') {
    throw new V2AttemptError(`unsupported protocol scheme "${scheme}"`, false);
  }
  if (host === '') throw new V2AttemptError('http: no Host in request URL', false);
  const port = /:(\d+)$/.exec(host)?.[1];
  return { host: hostName(host), ...(port !== undefined && { port }), path: target };
}

/** Removes port and brackets. */
function hostName(host: string): string {
  return host.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1');
}

interface ResponseTimeouts {
  readonly dialTimeoutMs: number;
  readonly headerTimeoutMs: number;
  readonly timeoutError: Error;
}

function responseTo(
  request: ClientRequest,
  { dialTimeoutMs, headerTimeoutMs, timeoutError }: ResponseTimeouts,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const onTimeout = () => request.destroy(timeoutError);
    const timer = headerTimeoutMs > 0 ? setTimeout(onTimeout, headerTimeoutMs) : undefined;
    const settle = () => clearTimeout(timer);
    request.on('socket', (socket) => limitDial(socket, dialTimeoutMs, request));
    request.on('error', (error) => {
      settle();
      reject(error);
    });
    request.on('response', (response) => {
      settle();
      resolve(response);
    });
    // A timeout below one millisecond has expired before anything can be sent.
    if (headerTimeoutMs > 0 && headerTimeoutMs < 1) onTimeout();
  });
}

function limitDial(socket: Socket, timeoutMs: number, request: ClientRequest): void {
  if (!socket.connecting) return;
  const timer = setTimeout(() => request.destroy(new DialTimeoutError('no connection')), timeoutMs);
  const settle = () => clearTimeout(timer);
  socket.once('connect', settle);
  socket.once('close', settle);
}

interface ResponseContext {
  readonly signal: AbortSignal;
  readonly attempted: AttemptedEndpoint;
  readonly maxBodyBytes: number;
}

function toHttpResponse(
  response: IncomingMessage,
  { signal, attempted, maxBodyBytes }: ResponseContext,
): HttpResponse {
  // An error while no one reads the body does not matter, but an unhandled error event would end the process.
  response.on('error', () => {});
  return {
    status: response.statusCode ?? 0,
    header(name) {
      const value = response.headers[name];
      return typeof value === 'string' ? value : '';
    },
    async body() {
      try {
        return await readText(response, maxBodyBytes);
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof V2AttemptError) throw error;
        const text = response.complete ? (error as Error).message : 'unexpected EOF';
        throw new V2AttemptError(text, false, { cause: error, reasons: [`${attempted.endpoint}: ${text}`] });
      }
    },
    discard: () => void response.destroy(),
  };
}

async function readText(response: IncomingMessage, maxBodyBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBodyBytes) {
      throw new V2AttemptError(`the response is larger than ${maxBodyBytes} bytes`, false, {
        reasons: ['request less: a subdirectory, or without --recursive'],
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
