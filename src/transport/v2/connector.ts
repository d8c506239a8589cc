import {
  type ClientRequest,
  Agent as HttpAgent,
  type IncomingMessage,
  type RequestOptions,
  request,
} from 'node:http';
import type { Socket } from 'node:net';
import { V2AttemptError } from '../../model/v2/errors.js';
import { TLS_FLAG_NAMES, type TlsOptions } from '../connection.js';
import { type SecureRequestOptions, TlsAgent } from '../http/tls-agent.js';
import { loadSecurity, type Security } from '../tls/security.js';
import { type Attempted, attemptError, DialTimeoutError } from './failure.js';
import type { RequestUrl } from './url.js';

export interface HttpRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface ExchangeLimits {
  readonly signal: AbortSignal;
  /** Until the answer begins; 0: none. */
  readonly headerTimeoutMs: number;
}

/** An answer whose body is still on its way: it has to be read, or to be given up. */
export interface HttpAnswer {
  readonly status: number;
  header(name: string): string;
  /** Rejects with a `V2AttemptError` when it breaks off or is larger than is ever needed, or with the signal's reason. */
  body(): Promise<string>;
  discard(): void;
}

/** A store's listing is the largest; JavaScript's texts end at twice this size. */
const MAX_BODY_BYTES = 256 * 2 ** 20;

/** Connections that are kept between requests, and what secures them. TLS files are read with the first secure one. */
export class Connector {
  readonly #tls: Omit<TlsOptions, 'insecureTransport'>;
  readonly #dialTimeoutMs: number;
  readonly #maxBodyBytes: number;
  readonly #agents: { readonly plaintext: HttpAgent; readonly tls: TlsAgent };
  #security: Promise<Security> | undefined;

  constructor(
    tls: Omit<TlsOptions, 'insecureTransport'>,
    dialTimeoutMs: number,
    maxBodyBytes = MAX_BODY_BYTES,
  ) {
    this.#tls = tls;
    this.#dialTimeoutMs = dialTimeoutMs;
    this.#maxBodyBytes = maxBodyBytes;
    this.#agents = {
      plaintext: new HttpAgent({ keepAlive: true }),
      tls: new TlsAgent({ keepAlive: true, security: () => this.#loadedSecurity(), dialTimeoutMs }),
    };
  }

  /** Throws a `UsageError` for TLS files that are unusable, whether or not an endpoint needs them. */
  async checkFiles(): Promise<void> {
    await loadSecurity({ ...this.#tls, insecureTransport: true }, 'none');
  }

  /** Settles when the answer begins. Rejects with a `V2AttemptError`, or with the signal's reason. */
  async send(url: RequestUrl, request: HttpRequest, limits: ExchangeLimits): Promise<HttpAnswer> {
    const { signal } = limits;
    signal.throwIfAborted();
    const attempted = this.#attempted(url);
    const started = await this.#start(url, request, limits);
    try {
      const maxBodyBytes = this.#maxBodyBytes;
      return toAnswer(await started.response, { signal, attempted, maxBodyBytes });
    } catch (error) {
      signal.throwIfAborted();
      throw attemptError(error, attempted);
    }
  }

  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  #attempted({ origin }: RequestUrl): Attempted {
    return {
      endpoint: origin.text,
      host: origin.host,
      isSecure: isSecure(origin.scheme),
      flagNames: this.#tls.flagNames ?? TLS_FLAG_NAMES,
    };
  }

  async #start(
    url: RequestUrl,
    { method, headers, body }: HttpRequest,
    { signal, headerTimeoutMs }: ExchangeLimits,
  ): Promise<{ readonly response: Promise<IncomingMessage> }> {
    const { scheme, host } = url.origin;
    if (isSecure(scheme)) await this.#loadedSecurity();
    const options: SecureRequestOptions = {
      ...placeOf(url),
      method,
      headers: { ...headers, host },
      signal,
      agent: isSecure(scheme) ? this.#agents.tls : this.#agents.plaintext,
      certifiedHost: hostName(host),
    };
    const sent = request(options);
    const exceeded = new V2AttemptError(`client: endpoint ${url.origin.text} exceeded header timeout`, false);
    const response = answerTo(sent, { dialTimeoutMs: this.#dialTimeoutMs, headerTimeoutMs, exceeded });
    sent.end(body);
    return { response };
  }

  #loadedSecurity(): Promise<Security> {
    this.#security ??= loadSecurity({ ...this.#tls, insecureTransport: false }, 'required');
    return this.#security;
  }
}

function isSecure(scheme: string): boolean {
  return scheme === 'https' || scheme === 'unixs';
}

/** etcd names a Unix socket by `unix://host:port`, which is the path of a file. */
function placeOf({ origin: { scheme, host }, target }: RequestUrl): RequestOptions {
  if (scheme === 'unix' || scheme === 'unixs') return { socketPath: host, path: target };
  if (scheme !== 'http' && scheme !== 'https') {
    throw new V2AttemptError(`unsupported protocol scheme "${scheme}"`, false);
  }
  if (host === '') throw new V2AttemptError('http: no Host in request URL', false);
  const port = /:(\d+)$/.exec(host)?.[1];
  return { host: hostName(host), ...(port !== undefined && { port }), path: target };
}

/** Without port and brackets. */
function hostName(host: string): string {
  return host.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1');
}

interface Patience {
  readonly dialTimeoutMs: number;
  readonly headerTimeoutMs: number;
  readonly exceeded: Error;
}

function answerTo(
  request: ClientRequest,
  { dialTimeoutMs, headerTimeoutMs, exceeded }: Patience,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const giveUp = () => request.destroy(exceeded);
    const timer = headerTimeoutMs > 0 ? setTimeout(giveUp, headerTimeoutMs) : undefined;
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
    // Less than a millisecond is over before anything can be sent.
    if (headerTimeoutMs > 0 && headerTimeoutMs < 1) giveUp();
  });
}

function limitDial(socket: Socket, timeoutMs: number, request: ClientRequest): void {
  if (!socket.connecting) return;
  const timer = setTimeout(() => request.destroy(new DialTimeoutError('no connection')), timeoutMs);
  const settle = () => clearTimeout(timer);
  socket.once('connect', settle);
  socket.once('close', settle);
}

interface AnswerContext {
  readonly signal: AbortSignal;
  readonly attempted: Attempted;
  readonly maxBodyBytes: number;
}

function toAnswer(response: IncomingMessage, { signal, attempted, maxBodyBytes }: AnswerContext): HttpAnswer {
  // A body that nobody reads may break off without anybody's harm.
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
