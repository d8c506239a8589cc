import { isEtcdError, isTooLargeRequest, ServerError } from '../../model/errors.js';
import {
  type Compare,
  CompareResult,
  CompareTarget,
  type RequestOp,
  type TxnRequest,
} from '../../model/messages/kv.js';
import type { KvService } from '../../model/services.js';
import { OldGarbage } from '../../runtime/collect-garbage.js';

export interface DestinationContext {
  readonly signal: AbortSignal;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly notice: (line: string) => void;
}

const INITIAL_BACKOFF_MS = 25;
const MAX_BACKOFF_MS = 1_000;

/** What a write leaves on the heap, apart from its value. */
const WRITE_GARBAGE_BYTES = 512;

/**
 * The cluster that a mirror writes to. A write whose response is lost is repeated. This is safe because each transaction compares
 * that its keys have not changed since the last response: a transaction that arrives late cannot undo a newer one. The exception is a key
 * that was removed since, of which etcd keeps no revision to compare.
 */
export class Destination {
  readonly #kv: Pick<KvService, 'txn'>;
  readonly #context: DestinationContext;
  readonly #garbage: OldGarbage;
  /** The store revision of the last response. */
  #revision = 0n;
  /** The store has reached at least this revision. */
  #reached = 0n;
  #hasLostWrites = false;
  /** False when the user has permission to write the keys but not to read them. */
  #canCompare = true;

  constructor(kv: Pick<KvService, 'txn'>, context: DestinationContext, garbage = new OldGarbage()) {
    this.#kv = kv;
    this.#context = context;
    this.#garbage = garbage;
  }

  /** The store revision of the last response; 0 before the first one. */
  get revision(): bigint {
    return this.#revision;
  }

  /** True when responses show that the store has gone back: it was restored from a backup. */
  get hasLostWrites(): boolean {
    return this.#hasLostWrites;
  }

  /** Forgets lost writes. `reached`: a revision that the store is known to have reached. */
  reset(reached = this.#reached): void {
    this.#reached = reached;
    this.#hasLostWrites = false;
  }

  /** Applies the writes in one transaction. Repeats it without a time limit while the destination is unavailable. */
  async apply(writes: readonly RequestOp[]): Promise<void> {
    const { signal, sleep, notice } = this.#context;
    this.#garbage.count(sizeOf(writes) + writes.length * WRITE_GARBAGE_BYTES);
    for (let failures = 0; ; failures++) {
      try {
        await this.#attempt(writes);
        if (failures > 0) notice('destination: it answers again');
        return;
      } catch (error) {
        if (!this.#canRetry(error)) throw error;
        if (failures === 0) notice(`destination: ${error.message}: the write will be made again`);
      }
      await sleep(Math.min(INITIAL_BACKOFF_MS * 2 ** failures, MAX_BACKOFF_MS), signal);
    }
  }

  async #attempt(writes: readonly RequestOp[]): Promise<void> {
    while (this.#canCompare) {
      try {
        if (await this.#writeUnlessChanged(writes)) return;
      } catch (error) {
        if (!(error instanceof ServerError)) throw error;
        if (isEtcdError(error, 'permissionDenied')) this.#canCompare = false;
        // Without the comparisons, the request can be small enough.
        else if (isTooLargeRequest(error)) break;
        else throw error;
      }
    }
    await this.#transact({ compare: [], success: writes, failure: [] });
  }

  /**
   * Returns false when keys have changed since the last response. The response updates the revision: a second attempt can
   * succeed.
   */
  async #writeUnlessChanged(writes: readonly RequestOp[]): Promise<boolean> {
    const compare = writes.map((write) => isUnchanged(keyOf(write), this.#revision));
    return this.#transact({ compare, success: writes, failure: [] });
  }

  async #transact(request: TxnRequest): Promise<boolean> {
    const { header, succeeded } = await this.#kv.txn(request, { signal: this.#context.signal });
    this.#revision = header?.revision ?? this.#revision;
    if (header !== undefined) this.#checkAdvance(header.revision, succeeded && request.success.some(isPut));
    return succeeded;
  }

  /** A put makes a new revision; a deletion of a key that is absent does not. */
  #checkAdvance(revision: bigint, isNew: boolean): void {
    if (revision < this.#reached + (isNew ? 1n : 0n)) this.#hasLostWrites = true;
    this.#reached = revision;
  }

  /** Throws when the write may have been applied and cannot be repeated safely. */
  #canRetry(error: unknown): error is ServerError {
    if (!(error instanceof ServerError) || !error.isUnavailable) return false;
    if (this.#canCompare) return true;
    throw new ServerError(error.message, error.code, {
      cause: error,
      reasons: [
        ...error.reasons,
        'the write is not retried: the destination user has no permission to read the keys, so it is unknown whether it was applied',
      ],
    });
  }
}

function isPut({ request }: RequestOp): boolean {
  return request.$case === 'requestPut';
}

function sizeOf(writes: readonly RequestOp[]): number {
  const valueBytes = ({ request }: RequestOp) =>
    request.$case === 'requestPut' ? (request.value.value?.length ?? 0) : 0;
  return writes.reduce((sum, write) => sum + valueBytes(write), 0);
}

function keyOf({ request }: RequestOp): Uint8Array {
  return request.value.key;
}

function isUnchanged(key: Uint8Array, revision: bigint): Compare {
  return {
    result: CompareResult.less,
    target: CompareTarget.mod,
    key,
    targetUnion: { $case: 'modRevision', value: revision + 1n },
  };
}
