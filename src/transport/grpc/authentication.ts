import { aborted } from '../../model/abort-signal.js';
import { monotonicMs } from '../../runtime/monotonic-clock.js';
import type { Credentials } from '../connection.js';
import type { CallContext } from './call-context.js';
import { AttemptError, isAuthDisabled, isTokenMissing, isTokenOutdated } from './status.js';

/** A stream can last longer than its token is valid, so a new token is requested for it when the present one is older than this. */
const MAX_TOKEN_AGE_MS = 5_000;

/** Exchanges name and password for a token (the Authenticate call). Rejects with `AttemptError` or the context's reason. */
export type Login = (
  request: { readonly name: string; readonly password: string },
  context: CallContext,
) => Promise<{ readonly token: string }>;

/** A login, and the context of the call that it is made for. */
interface PendingLogin {
  readonly settled: Promise<void>;
  readonly context: CallContext;
}

/** The token that authenticates the client's calls, and when to request a new one (client/v3/client.go `getToken`). */
export class Authentication {
  /** Sent with each call; empty: no token. */
  token = '';
  readonly #credentials: Credentials | undefined;
  readonly #login: Login;
  #tokenTimeMs = Number.NEGATIVE_INFINITY;
  #pendingLogin: PendingLogin | undefined;

  constructor(credentials: Credentials | undefined, login: Login) {
    this.#login = login;
    // As in etcdctl, a name without a password, or the reverse, means no credentials.
    const isComplete = credentials?.kind !== 'password' || (credentials.username && credentials.password);
    this.#credentials = isComplete ? credentials : undefined;
    if (credentials?.kind === 'token') this.token = credentials.token;
  }

  get needsLogin(): boolean {
    return this.#credentials?.kind === 'password';
  }

  /** Requests a new token, if the credentials are a password. Concurrent calls share one login, but each has its own time limit. */
  async refreshToken(context: CallContext): Promise<void> {
    while (this.needsLogin) {
      this.#pendingLogin ??= this.#begin(context);
      const login = this.#pendingLogin;
      try {
        return await Promise.race([login.settled, aborted(context.signal)]);
      } catch (error) {
        // The shared login failed only because the call that had started it ended: start a new one for this call.
        if (context.isDone || login.context === context || !hasEnded(login.context)) throw error;
      }
    }
  }

  /** Makes the next stream request a new token: a restarted member does not know tokens issued before. */
  expireToken(): void {
    this.#tokenTimeMs = Number.NEGATIVE_INFINITY;
  }

  async refreshTokenForStream(context: CallContext): Promise<void> {
    if (monotonicMs() - this.#tokenTimeMs > MAX_TOKEN_AGE_MS) await this.refreshToken(context);
  }

  /** Whether the failed call can succeed with a new token (client/v3/retry_interceptor.go `shouldRefreshToken`). */
  shouldRefreshToken(failure: AttemptError): boolean {
    if (this.#credentials?.kind === 'token') return false;
    return isTokenOutdated(failure) || (isTokenMissing(failure) && this.needsLogin);
  }

  #begin(context: CallContext): PendingLogin {
    const settled = this.#logIn(context).finally(() => {
      this.#pendingLogin = undefined;
    });
    return { settled, context };
  }

  async #logIn(context: CallContext): Promise<void> {
    const credentials = this.#credentials;
    if (credentials?.kind !== 'password') return;
    const { username: name, password } = credentials;
    try {
      this.token = (await this.#login({ name, password }, context)).token;
    } catch (error) {
      // Auth is disabled on the server: go on without a token.
      if (!(error instanceof AttemptError && isAuthDisabled(error))) throw error;
      this.token = '';
    }
    this.#tokenTimeMs = monotonicMs();
  }
}

/** Whether the call has ended. At its deadline, the server's answer can arrive before the call's own timer has expired. */
function hasEnded(context: CallContext): boolean {
  return context.isDone || context.isDueOnServer;
}
