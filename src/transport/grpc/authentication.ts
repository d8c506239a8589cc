import type { Credentials } from '../connection.js';
import type { CallContext } from './call-context.js';
import { CallFailure, isAuthDisabled, isTokenMissing, isTokenOutdated } from './status.js';

/** A stream may outlive its token, so it starts with one that is not older than this. */
const FRESH_MS = 5_000;

/** Name and password for a token; rejects as any call does. */
export type Login = (
  request: { readonly name: string; readonly password: string },
  context: CallContext,
) => Promise<{ readonly token: string }>;

/** Who the client is, to the server: the token of each call, and when to ask for a new one (client/v3/client.go `getToken`). */
export class Authentication {
  /** Sent with each call; empty: none. */
  token = '';
  readonly #credentials: Credentials | undefined;
  readonly #login: Login;
  #tokenSince = Number.NEGATIVE_INFINITY;
  #renewal: Promise<void> | undefined;

  constructor(credentials: Credentials | undefined, login: Login) {
    this.#login = login;
    // As for etcdctl, a name or a password alone is nobody.
    const isComplete = credentials?.kind !== 'password' || (credentials.username && credentials.password);
    this.#credentials = isComplete ? credentials : undefined;
    if (credentials?.kind === 'token') this.token = credentials.token;
  }

  get needsLogin(): boolean {
    return this.#credentials?.kind === 'password';
  }

  /** Gets a token, unless the credentials need none; calls that come together share one login. */
  async renew(context: CallContext): Promise<void> {
    if (!this.needsLogin) return;
    this.#renewal ??= this.#logIn(context).finally(() => {
      this.#renewal = undefined;
    });
    await this.#renewal;
  }

  /** The next stream begins with a new token: a member that was started again knows none of before. */
  expire(): void {
    this.#tokenSince = Number.NEGATIVE_INFINITY;
  }

  async renewForStream(context: CallContext): Promise<void> {
    if (performance.now() - this.#tokenSince > FRESH_MS) await this.renew(context);
  }

  /** Whether the failed call may succeed when it is made again, with a new token (`shouldRefreshToken`). */
  mayOvercome(failure: CallFailure): boolean {
    if (this.#credentials?.kind === 'token') return false;
    return isTokenOutdated(failure) || (isTokenMissing(failure) && this.needsLogin);
  }

  async #logIn(context: CallContext): Promise<void> {
    const credentials = this.#credentials;
    if (credentials?.kind !== 'password') return;
    const { username: name, password } = credentials;
    try {
      this.token = (await this.#login({ name, password }, context)).token;
    } catch (error) {
      // Who may do everything needs no name.
      if (!(error instanceof CallFailure && isAuthDisabled(error))) throw error;
      this.token = '';
    }
    this.#tokenSince = performance.now();
  }
}
