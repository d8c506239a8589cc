import { httpStatusText } from '../../go/http-status-text.js';
import { GoParseError } from '../../go/parse-error.js';
import { quoteGo } from '../../go/quote.js';
import { V2AttemptError, V2ClusterError, V2NoEndpointsError } from '../../model/v2/errors.js';
import type { BasicCredentials } from './connect.js';
import type { Connector, HttpRequest, HttpResponse, RequestLimits } from './connector.js';
import { type Origin, parseOrigin, type RequestUrl, urlText } from './url.js';

/** A request that any endpoint can serve. */
export interface Action extends Pick<HttpRequest, 'method' | 'body'> {
  readonly url: (origin: Origin) => RequestUrl;
  readonly contentType?: string;
  /** The request may have taken effect although no response arrived: it is not sent to another endpoint (client/v2 `oneShotCtxValue`). */
  readonly isOneShot?: boolean;
  /**
   * A second execution would have a second effect: the request is sent to another endpoint only when there was no connection to this one.
   * (client/v2 sends it to all in turn.)
   */
  readonly isUnrepeatable?: boolean;
  /** A long poll: the header timeout does not apply. */
  readonly isLongPoll?: boolean;
  readonly signal: AbortSignal;
}

/** A response and the endpoint that sent it. */
export interface ClusterResponse extends HttpResponse {
  readonly endpoint: string;
}

/** A response whose body has been read. */
export interface BufferedResponse {
  readonly endpoint: string;
  readonly status: number;
  readonly text: string;
  header(name: string): string;
}

interface ClusterSettings {
  readonly connector: Connector;
  readonly credentials: BasicCredentials | undefined;
  readonly headerTimeoutMs: number;
  readonly onRequest: ((command: string) => void) | undefined;
}

/** Chooses among the endpoints: the endpoint in use stays in use until a request to it fails, then the next one is tried. */
export class HttpCluster {
  readonly #settings: ClusterSettings;
  #origins: readonly Origin[];
  #currentIndex = 0;

  constructor(origins: readonly Origin[], settings: ClusterSettings) {
    this.#origins = origins;
    this.#settings = settings;
  }

  get endpoints(): readonly string[] {
    return this.#origins.map(({ text }) => text);
  }

  /** No effect when the origins are the same in another order. */
  replaceOrigins(origins: readonly Origin[]): void {
    const texts = (list: readonly Origin[]) => list.map(({ text }) => text).sort();
    if (texts(origins).join() === texts(this.#origins).join()) return;
    this.#origins = origins;
    this.#currentIndex = 0;
  }

  /**
   * Resolves with the headers of the response of the first endpoint that responds. The caller must read or discard the body. Rejects
   * with a `V2CallError`, or with the signal's reason.
   */
  open(action: Action): Promise<ClusterResponse> {
    return this.#tryEndpoints(action, (origin) => this.#openAt(origin, action));
  }

  /** Like `open`, with the whole body. When reading it fails, the next endpoint is tried. */
  call(action: Action): Promise<BufferedResponse> {
    return this.#tryEndpoints(action, async (origin) => {
      const response = await this.#openAt(origin, action);
      const { endpoint, status, header } = response;
      return { endpoint, status, header, text: await response.body() };
    });
  }

  async #tryEndpoints<Response>(
    { isOneShot = false, isUnrepeatable = false }: Action,
    send: (origin: Origin) => Promise<Response>,
  ): Promise<Response> {
    const attempts: V2AttemptError[] = [];
    const start = this.#currentIndex;
    for (let step = 0; step < this.#origins.length; step++) {
      const index = (start + step) % this.#origins.length;
      try {
        const response = await send(this.#origins[index] as Origin);
        this.#currentIndex = index;
        return response;
      } catch (error) {
        if (!(error instanceof V2AttemptError)) throw error;
        attempts.push(error);
        const mayHaveArrived = isUnrepeatable && !error.isUnsent;
        if (!isOneShot && !mayHaveArrived) continue;
        this.#currentIndex = (index + 1) % this.#origins.length;
        throw isOneShot ? error : new V2ClusterError(attempts);
      }
    }
    if (attempts.length === 0) throw new V2NoEndpointsError();
    throw new V2ClusterError(attempts);
  }

  async #openAt(origin: Origin, action: Action): Promise<ClusterResponse> {
    const url = action.url(origin);
    const { connector, headerTimeoutMs } = this.#settings;
    this.#reportRequest(url, action);
    const response = await sendFollowingRedirects(
      connector,
      { url, request: this.#toRequest(action) },
      { signal: action.signal, headerTimeoutMs: action.isLongPoll ? 0 : headerTimeoutMs },
    );
    if (response.status < 500) return { ...response, endpoint: origin.text };
    response.discard();
    throw new V2AttemptError(serverFailure(origin, response.status), false);
  }

  #toRequest({ method, body, contentType }: Action): HttpRequest {
    const { credentials } = this.#settings;
    const secret = credentials && Buffer.from(`${credentials.username}:${credentials.password}`);
    return {
      method,
      ...(body !== undefined && { body }),
      headers: {
        ...(contentType !== undefined && { 'content-type': contentType }),
        ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
        ...(secret && { authorization: `Basic ${secret.toString('base64')}` }),
      },
    };
  }

  /** For `--debug`: the request as a curl command (client/v2/curl.go), without passwords. */
  #reportRequest(url: RequestUrl, { method, body, contentType }: Action): void {
    const { onRequest } = this.#settings;
    if (onRequest === undefined) return;
    const shown = contentType === 'application/json' ? body?.replace(PASSWORD, '$1"********"') : body;
    const data = shown === undefined ? '' : ` -d ${quoteGo(Buffer.from(shown))}`;
    onRequest(`curl -X ${method} ${urlText(url)}${data}`);
  }
}

const PASSWORD = /("password":)"(?:[^"\\]|\\.)*"/;

function serverFailure({ text }: Origin, status: number): string {
  if (status === 500 || status === 503) return `client: etcd member ${text} has no leader`;
  return `client: etcd member ${text} returns server error [${httpStatusText(status)}]`;
}

/** client/v2 `DefaultCheckRedirect`. */
const MAX_REDIRECTS = 10;

/**
 * Sends a request and follows redirects with the same method and body. Credentials are not sent when https redirects to http. Rejects
 * with a `V2AttemptError`, or with the signal's reason.
 */
export async function sendFollowingRedirects(
  connector: Connector,
  { url, request }: { readonly url: RequestUrl; readonly request: HttpRequest },
  limits: RequestLimits,
): Promise<HttpResponse> {
  let next = url;
  for (let redirects = 0; ; redirects++) {
    const response = await connector.send(next, withoutLeakedCredentials(request, url, next), limits);
    if (Math.floor(response.status / 100) !== 3) return response;
    response.discard();
    if (redirects === MAX_REDIRECTS) throw new V2AttemptError('client: too many redirects', false);
    next = locationOf(response);
  }
}

function withoutLeakedCredentials(request: HttpRequest, from: RequestUrl, to: RequestUrl): HttpRequest {
  if (from.origin.scheme !== 'https' || to.origin.scheme === 'https') return request;
  const { authorization: _secret, ...headers } = request.headers;
  return { ...request, headers };
}

function locationOf(response: HttpResponse): RequestUrl {
  const location = response.header('location');
  if (location === '') throw new V2AttemptError('location header not set', false);
  try {
    const origin = parseOrigin(location);
    const [, target = '/'] = /^[^/?#]*\/\/[^/?#]*([^#]*)/.exec(location) ?? [];
    return { origin, target: target.startsWith('/') ? target : `/${target}` };
  } catch (cause) {
    if (!(cause instanceof GoParseError)) throw cause;
    throw new V2AttemptError(`location header not valid URL: ${location}`, false, { cause });
  }
}
