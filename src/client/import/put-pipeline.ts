import { isTooLargeRequest } from '../../model/errors.js';
import type { PutRequest } from '../../model/messages/kv.js';
import type { KvService } from '../../model/services.js';
import { OldGarbage } from '../../runtime/collect-garbage.js';

/** Puts of one transaction, in the order of the file. */
export interface PutBatch {
  readonly puts: readonly PutRequest[];
  /** Of the keys and values. */
  readonly sizeBytes: number;
  /** The last line of the file that it contains. */
  readonly lastLine: number;
}

/** How many transactions may be on their way: more do not make a server faster. */
const MAX_IN_FLIGHT = 4;
const MAX_BYTES_IN_FLIGHT = 1024 * 1024;

/** What a key leaves on the heap, apart from its own bytes. */
const KEY_GARBAGE_BYTES = 512;

/**
 * Writes batches, several at a time. What the server has confirmed is a beginning of the file: `keys` and `lastLine` say how much.
 */
export class PutPipeline {
  /** The number of keys that are certainly written. */
  keys = 0;
  /** Everything up to this line of the file is written. */
  lastLine = 0;
  readonly #kv: Pick<KvService, 'txn'>;
  readonly #signal: AbortSignal;
  readonly #garbage: OldGarbage;
  /** Those on their way, the oldest first. */
  readonly #inFlight: { readonly batch: PutBatch; readonly written: Promise<void> }[] = [];

  constructor(kv: Pick<KvService, 'txn'>, signal: AbortSignal, garbage = new OldGarbage()) {
    this.#kv = kv;
    this.#signal = signal;
    this.#garbage = garbage;
  }

  /** Starts to write a batch. Settles when another one may be added; rejects when an earlier one has failed. */
  async add(batch: PutBatch): Promise<void> {
    this.#garbage.count(batch.sizeBytes + batch.puts.length * KEY_GARBAGE_BYTES);
    const written = this.#write(batch.puts);
    // The failure is reported when the batch is the oldest.
    written.catch(() => undefined);
    this.#inFlight.push({ batch, written });
    while (this.#inFlight.length >= MAX_IN_FLIGHT || this.#bytesInFlight() >= MAX_BYTES_IN_FLIGHT) {
      await this.#settleOldest();
    }
  }

  /** Settles when everything is written. Rejects with the failure of the oldest batch that has failed. */
  async drain(): Promise<void> {
    while (this.#inFlight.length > 0) await this.#settleOldest();
  }

  /** Settles when nothing is on its way, and counts what was written. Never rejects. */
  async settle(): Promise<void> {
    const all = this.#inFlight.map(({ written }) => written);
    await this.drain().catch(() => undefined);
    await Promise.allSettled(all);
  }

  #bytesInFlight(): number {
    return this.#inFlight.reduce((sum, { batch }) => sum + batch.sizeBytes, 0);
  }

  async #settleOldest(): Promise<void> {
    const [oldest] = this.#inFlight;
    if (oldest === undefined) return;
    await oldest.written;
    this.#inFlight.shift();
    this.keys += oldest.batch.puts.length;
    this.lastLine = oldest.batch.lastLine;
  }

  /** In one transaction, or in halves when the server rejects it as too large. Puts of the same value may be repeated. */
  async #write(puts: readonly PutRequest[]): Promise<void> {
    try {
      const success = puts.map((value) => ({ request: { $case: 'requestPut' as const, value } }));
      await this.#kv.txn({ compare: [], success, failure: [] }, { signal: this.#signal, isRepeatable: true });
    } catch (error) {
      if (!isTooLargeRequest(error) || puts.length === 1) throw error;
      const half = Math.ceil(puts.length / 2);
      await this.#write(puts.slice(0, half));
      await this.#write(puts.slice(half));
    }
  }
}
