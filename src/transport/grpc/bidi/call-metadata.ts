import { Metadata } from '@grpc/grpc-js';
import { CLIENT_API_VERSION } from '../settings.js';

/** What goes along with calls. Those that follow each other have the same, and grpc-js copies what it is given. */
export class CallMetadata {
  #latest: Metadata | undefined;
  #token = '';
  #requiresLeader = false;
  readonly #waitsForConnection: boolean;

  /** @param waitsForConnection calls wait until there is one, instead of failing while there is none */
  constructor(waitsForConnection: boolean) {
    this.#waitsForConnection = waitsForConnection;
  }

  /**
   * @param token empty: none
   * @param requiresLeader a member that has lost its leader refuses or ends the call instead of waiting (client/v3/ctx.go
   *   `WithRequireLeader`)
   */
  of(token: string, requiresLeader: boolean): Metadata {
    const isSame = token === this.#token && requiresLeader === this.#requiresLeader;
    if (this.#latest !== undefined && isSame) return this.#latest;
    const metadata = new Metadata({ waitForReady: this.#waitsForConnection });
    metadata.set('client-api-version', CLIENT_API_VERSION);
    if (token !== '') metadata.set('token', token);
    if (requiresLeader) metadata.set('hasleader', 'true');
    this.#latest = metadata;
    this.#token = token;
    this.#requiresLeader = requiresLeader;
    return metadata;
  }
}
