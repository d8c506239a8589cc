/**
 * # Records in the order of their keys
 *
 * A database has the records of the history in the order of the changes. `RecordSorter` brings them into the order of the keys within a
 * fixed amount of memory: records are gathered up to a number and size, sorted (`GatheredRecords`), and written to a file in the
 * temporary directory (`RunFile`); at the end, all these runs are read at once and merged (`mergeRuns`). A store that fits is sorted in
 * memory.
 */

import { type Capacity, GatheredRecords } from './gathered-records.js';
import { copyRecord, DELETION, emptyRecord, hasEqualKey, type KeyRecord, PAUSE } from './key-record.js';
import { mergeRuns } from './merge-runs.js';
import { RunFile } from './run-file.js';

const MAX_RECORDS = 1 << 17;
const MAX_KEY_BYTES = 6 << 20;
export const RECORDS_PER_PAUSE = 1000;
/** A record has an element of a leaf and a revision at least (see bolt/format.ts). */
export const MIN_RECORD_BYTES = 33;

/**
 * Brings records into the order of their keys. Takes 16 MiB of memory at most while records are added, unless keys are longer than a few
 * KiB; afterwards as much when they all fit in that, else 4 MiB, and 4 KiB for each run after the first 1024, which are 134 million records.
 */
export class RecordSorter {
  readonly #capacity: Capacity;
  #gathered: GatheredRecords | undefined;
  #file: RunFile | undefined;
  #count = 0;

  /** @param databaseBytes the size of the database that has the records: memory is taken for no more than it can have */
  constructor(databaseBytes: number) {
    this.#capacity = {
      records: Math.min(MAX_RECORDS, Math.ceil(databaseBytes / MIN_RECORD_BYTES)),
      keyBytes: Math.min(MAX_KEY_BYTES, databaseBytes),
    };
  }

  /** The number of records that were added. */
  get count(): number {
    return this.#count;
  }

  /** Copies the record. Throws a `CommandError` when the temporary directory has no room. */
  readonly add = (record: KeyRecord): void => {
    this.#count++;
    this.#gathered ??= new GatheredRecords(this.#capacity);
    if (this.#gathered.add(record)) return;
    this.#file ??= new RunFile();
    this.#file.write(this.#gathered.sorted());
    this.#gathered.clear();
    this.#gathered.add(record);
  };

  /**
   * All records in the order of their keys, those of one key in the order in which they were added. A record is valid until the next one
   * is taken. Can be called again.
   * Throws a `CommandError` like `add`.
   */
  records(): Generator<KeyRecord> {
    this.#completeFile();
    const last = this.#gathered === undefined ? [] : [this.#gathered.sorted()];
    return mergeRuns([...(this.#file?.cursors() ?? []), ...last]);
  }

  /**
   * The last record of each key, unless it is a deletion. A record is valid until the next one is taken. `PAUSE` comes between them, after
   * each `RECORDS_PER_PAUSE` records that were read: of millions of them, none may be the last one of a key.
   */
  *liveRecords(): Generator<KeyRecord | typeof PAUSE> {
    const last = emptyRecord();
    last.valueBytes = DELETION;
    let count = 0;
    for (const record of this.records()) {
      if (last.valueBytes !== DELETION && !hasEqualKey(record, last)) yield last;
      copyRecord(record, last);
      if (++count % RECORDS_PER_PAUSE === 0) yield PAUSE;
    }
    if (last.valueBytes !== DELETION) yield last;
  }

  /** When there are other runs, the last one joins them: this frees what the sequence does not need. */
  #completeFile(): void {
    if (this.#file === undefined || this.#gathered === undefined) return;
    this.#file.write(this.#gathered.sorted());
    this.#gathered.free();
    this.#gathered = undefined;
  }

  close(): void {
    this.#file?.close();
  }
}
