import type { CommandContext } from '../../../cli/context.js';
import { LeaseGrants } from '../../../client/import/lease-grants.js';
import { plannedChanges } from '../../../client/import/planned-changes.js';
import { type PutBatch, PutPipeline } from '../../../client/import/put-pipeline.js';
import { CommandError, Failure, ServerError, UsageError } from '../../../model/errors.js';
import type { ImportReport } from '../../../model/import.js';
import { keepNewSpaceSmall } from '../../../runtime/new-space.js';
import {
  checkExportFile,
  fileChunks,
  type ReadLine,
  readExport,
} from '../../../storage/export/export-reader.js';
import type { ExportedKey } from '../../../storage/export/format.js';
import { rangeReader } from '../../kv/range-reader.js';
import type { ImportOptions } from '../import.js';

/** Far below the server's default limit of a request, 1.5 MiB: several are on their way. */
const MAX_BATCH_BYTES = 512 * 1024;

/** Unless --command-timeout is given: a restart of a server, or the election of a leader, takes less. */
const WRITE_TIMEOUT_MS = 30_000;

/** A key as it will be written. */
interface PlannedKey {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  /** Undefined: none. */
  readonly lease: Promise<bigint> | undefined;
  /** In a dry run no lease is granted. */
  readonly hasLease: boolean;
}

/** Receives the keys of the file in batches. */
interface BatchSink {
  add(batch: readonly PlannedKey[], limits: Pick<PutBatch, 'sizeBytes' | 'lastLine'>): Promise<void>;
  /** Settles when all batches so far are done. */
  drain(): Promise<void>;
}

/** One run of `import`. */
export class Import {
  readonly #options: ImportOptions;
  readonly #context: CommandContext;
  readonly #counts = { keys: 0, skipped: 0, leased: 0, changes: { new: 0, changed: 0, unchanged: 0 } };
  #grants!: LeaseGrants;
  #sink!: BatchSink;
  #batch: PlannedKey[] = [];
  #batchBytes = 0;
  #line = 0;
  #lastKey: Uint8Array = new Uint8Array(0);

  constructor(options: ImportOptions, context: CommandContext) {
    this.#options = options;
    this.#context = context;
  }

  async run(): Promise<void> {
    const { file, isDryRun, isUnchecked } = this.#options;
    const { signal, notices, stdin, clock } = this.#context;
    const isStdin = file === '-';
    const isChecked = !isStdin && !isUnchecked && (await checkExportFile(file, signal));
    const client = await this.#context.connect(undefined, { callTimeoutMs: WRITE_TIMEOUT_MS });
    const pipeline = new PutPipeline(client.kv, signal);
    this.#grants = new LeaseGrants({ service: client.lease, signal, now: clock.now });
    this.#sink = isDryRun ? this.#comparison() : writing(pipeline);
    const progress = notices.progress(isDryRun ? 'Comparing' : 'Importing', 'count');
    const restoreGrowth = keepNewSpaceSmall();
    try {
      const chunks = isStdin ? stdin : fileChunks(file);
      for await (const lines of readExport(chunks, { isChecked: !isUnchecked && !isChecked })) {
        for (const line of lines) {
          const sent = this.#take(line);
          if (sent !== undefined) await sent;
        }
        progress.update(this.#counts.keys);
      }
      await this.#send();
      await this.#sink.drain();
    } catch (error) {
      await pipeline.settle();
      throw isDryRun ? error : withProgressMade(error, pipeline);
    } finally {
      progress.stop();
      restoreGrowth();
    }
    await this.#context.emit({ kind: 'import-report', report: this.#report() });
  }

  /** Returns a promise to await when a batch had to be sent. */
  #take({ number, line }: ReadLine): Promise<void> | undefined {
    if (line.kind === 'lease') this.#grants.announce(line.lease);
    if (line.kind !== 'key') return undefined;
    const planned = this.#plan(line.record, number);
    if (planned === undefined) {
      this.#counts.skipped++;
      return undefined;
    }
    const isInOrder = Buffer.compare(planned.key, this.#lastKey) > 0;
    const sizeBytes = planned.key.length + planned.value.length;
    const isFull =
      this.#batch.length === this.#options.maxTxnOps || this.#batchBytes + sizeBytes > MAX_BATCH_BYTES;
    // The key may be in an earlier batch: the later line must win.
    if (!isInOrder) return this.#sendAll().then(() => this.#append(planned, sizeBytes, number));
    if (isFull) return this.#send().then(() => this.#append(planned, sizeBytes, number));
    this.#append(planned, sizeBytes, number);
    return undefined;
  }

  #append(planned: PlannedKey, sizeBytes: number, number: number): void {
    this.#batch.push(planned);
    this.#batchBytes += sizeBytes;
    this.#lastKey = planned.key;
    this.#line = number;
    this.#counts.keys++;
  }

  async #send(): Promise<void> {
    const batch = this.#batch;
    const sizeBytes = this.#batchBytes;
    this.#batch = [];
    this.#batchBytes = 0;
    if (batch.length > 0) await this.#sink.add(batch, { sizeBytes, lastLine: this.#line });
  }

  async #sendAll(): Promise<void> {
    await this.#send();
    await this.#sink.drain();
  }

  /** Undefined for a key that is left out. */
  #plan({ key, value, lease }: ExportedKey, number: number): PlannedKey | undefined {
    const { prefix, replacement, leases, isDryRun } = this.#options;
    if (Buffer.compare(key.subarray(0, prefix.length), prefix) !== 0) return undefined;
    const hasSamePrefix = prefix === replacement;
    const mapped = hasSamePrefix ? key : Buffer.concat([replacement, key.subarray(prefix.length)]);
    if (mapped.length === 0) throw new UsageError(`line ${number}: nothing is left of the key`, 'input');
    if (lease !== 0n) this.#counts.leased++;
    if (lease === 0n || leases === 'drop') return { key: mapped, value, lease: undefined, hasLease: false };
    if (leases === 'skip') return undefined;
    const ttl = this.#grants.ttlOf(lease);
    if (ttl === undefined) {
      throw new UsageError(`line ${number}: the time to live of its lease is not known`, 'input', {
        reasons: ['--leases=drop imports such keys without a lease, --leases=skip leaves them out'],
      });
    }
    // The lease had expired while the keys were exported.
    if (ttl === 0n) return undefined;
    const granted = isDryRun ? undefined : this.#grants.standIn(lease);
    granted?.catch(() => undefined);
    return { key: mapped, value, lease: granted, hasLease: true };
  }

  #comparison(): BatchSink {
    const { signal } = this.#context;
    const reader = rangeReader(this.#context);
    return {
      add: async (batch) => {
        const changes = await plannedChanges(reader, batch, signal);
        for (const [index, change] of changes.entries()) {
          this.#counts.changes[change]++;
          const { key } = batch[index] ?? {};
          if (!this.#options.listsChanges || change === 'unchanged' || key === undefined) continue;
          await this.#context.emit({ kind: 'import-change', key, change });
        }
      },
      drain: async () => undefined,
    };
  }

  #report(): ImportReport {
    const { isDryRun } = this.#options;
    const { keys, skipped, leased, changes } = this.#counts;
    return {
      isDryRun,
      keys,
      changes: isDryRun ? changes : undefined,
      skippedKeys: skipped,
      leasedKeys: leased,
      grantedLeases: this.#grants.granted,
    };
  }
}

function writing(pipeline: PutPipeline): BatchSink {
  return {
    add: async (batch, limits) => {
      const puts = await Promise.all(
        batch.map(async ({ key, value, lease }) => ({ key, value, ...(lease && { lease: await lease }) })),
      );
      await pipeline.add({ puts, ...limits });
    },
    drain: () => pipeline.drain(),
  };
}

/** Adds to a failure how far the import has come. */
function withProgressMade(error: unknown, { keys, lastLine }: PutPipeline): unknown {
  if (!(error instanceof Failure)) return error;
  const made =
    keys === 0
      ? 'no key is certainly written'
      : `${keys} keys are written, all of the file up to line ${lastLine}`;
  const reasons = [...error.reasons, `${made}; to go on, run the same import again: it writes them again`];
  const options = { cause: error, reasons };
  if (error instanceof ServerError) return new ServerError(error.message, error.code, options);
  if (error instanceof UsageError) return new UsageError(error.message, error.kind, options);
  return new CommandError(error.message, options);
}
