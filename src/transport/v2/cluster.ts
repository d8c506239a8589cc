import { httpStatusText } from '../../go/http-status-text.js';
import { GoParseError } from '../../go/parse-error.js';
import { V2AttemptError, V2ClusterError, V2NoEndpointsError } from '../../model/v2/errors.js';
import type { BasicCredentials } from './connect.js';
import type { Connector, ExchangeLimits, HttpAnswer, HttpRequest } from './connector.js';
import { type Origin, parseOrigin, type RequestUrl, urlText } from './url.js';

/** A request to whichever endpoint answers. */
export interface Action extends Pick<HttpRequest, 'method' | 'body'> {
  readonly url: (origin: Origin) => RequestUrl;
  readonly contentType?: string;
  /** It may have had its effect although no answer came: the next endpoint is not asked (client/v2 `oneShotCtxValue`). */
  readonly isOneShot?: boolean;
  /** The answer begins at once and ends when something happens: it is not waited for within the header time-out. */
  readonly isLongPoll?: boolean;
  readonly signal: AbortSignal;
}

/** An answer together with the endpoint that gave it. */
export interface ClusterAnswer extends HttpAnswer {
  readonly endpoint: string;
}

/** A whole answer. */
export interface WholeAnswer {
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

/** The one owner of the choice among endpoints: the one in use stays in use until it fails, then the next one is asked. */
export class HttpCluster {
  readonly #settings: ClusterSettings;
  #origins: readonly Origin[];
  #first = 0;

  constructor(origins: readonly Origin[], settings: ClusterSettings) {
    this.#origins = origins;
    this.#settings = settings;
  }

  get endpoints(): readonly string[] {
    return this.#origins.map(({ text }) => text);
  }

  /** Changes nothing when they are the same in another order. */
  replaceOrigins(origins: readonly Origin[]): void {
    const texts = (list: readonly Origin[]) => list.map(({ text }) => text).sort();
    if (texts(origins).join() === texts(this.#origins).join()) return;
    this.#origins = origins;
    this.#first = 0;
  }

  /**
   * The beginning of an answer, which the endpoint gave that was the first to be able to. Rejects with a `V2CallError`, or with the
   * signal's reason.
   */
  open(action: Action): Promise<ClusterAnswer> {
    return this.#inTurn(action, (origin) => this.#openAt(origin, action));
  }

  /** The same with the body, which the endpoint has to give in whole. */
  call(action: Action): Promise<WholeAnswer> {
    return this.#inTurn(action, async (origin) => {
      const answer = await this.#openAt(origin, action);
      const { endpoint, status, header } = answer;
      return { endpoint, status, header, text: await answer.body() };
    });
  }

  async #inTurn<Answer>(
    { isOneShot = false }: Action,
    ask: (origin: Origin) => Promise<Answer>,
  ): Promise<Answer> {
    const attempts: V2AttemptError[] = [];
    const start = this.#first;
    for (let step = 0; step < this.#origins.length; step++) {
      const at = (start + step) % this.#origins.length;
      try {
        const answer = await ask(this.#origins[at] as Origin);
        this.#first = at;
        return answer;
      } catch (error) {
        if (!(error instanceof V2AttemptError)) throw error;
        attempts.push(error);
        if (!isOneShot) continue;
        this.#first = (at + 1) % this.#origins.length;
        throw error;
      }
    }
    if (attempts.length === 0) throw new V2NoEndpointsError();
    throw new V2ClusterError(attempts);
  }

  async #openAt(origin: Origin, action: Action): Promise<ClusterAnswer> {
    const url = action.url(origin);
    const { connector, headerTimeoutMs } = this.#settings;
    this.#tell(url, action);
    const answer = await sendFollowing(
      connector,
      { url, request: this.#toRequest(action) },
      { signal: action.signal, headerTimeoutMs: action.isLongPoll ? 0 : headerTimeoutMs },
    );
    if (answer.status < 500) return { ...answer, endpoint: origin.text };
    answer.discard();
    throw new V2AttemptError(serverFailure(origin, answer.status), false);
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

  /** As `--debug` shows requests (client/v2/curl.go), bodies with secrets excepted. */
  #tell(url: RequestUrl, { method, body, contentType }: Action): void {
    const { onRequest } = this.#settings;
    if (onRequest === undefined) return;
    const shown = contentType === 'application/json' ? body?.replace(PASSWORD, '$1"********"') : body;
    const data = shown === undefined ? '' : ` -d ${JSON.stringify(shown)}`;
    onRequest(`curl -X ${method} ${urlText(url)}${data}`);
  }
}

const PASSWORD = /("password":)"(?:[^"\\]|\\.)*"/;

function serverFailure({ text }: Origin, status: number): string {
  if (status === 500 || status === 503) return `client: etcd member ${text} has no leader`;
  return `client: etcd member ${text} returns server error [${httpStatusText(status)}]`;
}

/** As Go's client/v2 (`DefaultCheckRedirect`). */
const MAX_REDIRECTS = 10;

/**
 * Sends the same request, method and body included, wherever the servers point to. Credentials are not sent from https to http.
 * Rejects with a `V2AttemptError`, or with the signal's reason.
 */
export async function sendFollowing(
  connector: Connector,
  { url, request }: { readonly url: RequestUrl; readonly request: HttpRequest },
  limits: ExchangeLimits,
): Promise<HttpAnswer> {
  let next = url;
  for (let redirects = 0; ; redirects++) {
    const answer = await connector.send(next, withoutLeak(request, url, next), limits);
    if (Math.floor(answer.status / 100) !== 3) return answer;
    answer.discard();
    if (redirects === MAX_REDIRECTS) throw new V2AttemptError('client: too many redirects', false);
    next = locationOf(answer);
  }
}

function withoutLeak(request: HttpRequest, from: RequestUrl, to: RequestUrl): HttpRequest {
  if (from.origin.scheme !== 'https' || to.origin.scheme === 'https') return request;
  const { authorization: _secret, ...headers } = request.headers;
  return { ...request, headers };
}

function locationOf(answer: HttpAnswer): RequestUrl {
  const location = answer.header('location');
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
