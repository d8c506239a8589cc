import type { ClientReports, CommandContext } from '../../../cli/context.js';
import { type Failure, ServerError } from '../../../model/errors.js';
import type { Client } from '../../../model/services.js';

/** A client that is kept as long as the server answers: one that has lost its server waits longer and longer before it reconnects. */
export class KeptClient {
  readonly #endpoints: readonly string[];
  readonly #context: CommandContext;
  #client: Client | undefined;

  constructor(endpoints: readonly string[], context: CommandContext) {
    this.#endpoints = endpoints;
    this.#context = context;
  }

  /** The client, which is connected if there is none. `reports` are those of a new one; it writes nothing to stderr. */
  async open(maxDialTimeoutMs: number | undefined, reports: ClientReports = {}): Promise<Client> {
    const limits = maxDialTimeoutMs === undefined ? {} : { maxDialTimeoutMs };
    this.#client ??= await this.#context.connect(this.#endpoints, limits, reports);
    return this.#client;
  }

  /** Keeps the client only if the server itself has refused the call. */
  failed(failure: Failure): void {
    if (failure instanceof ServerError && failure.isOfEtcd) return;
    this.#client?.close();
    this.#client = undefined;
  }
}
