import { TemporaryFile } from '../temporary-file.js';
import { emptyRecord, type KeyRecord, type RecordCursor } from './key-record.js';

/** Length of the key, size of the record, length of the value (32 bits each), offset of the record (64 bits); then the key. */
const HEADER_BYTES = 20;
const WRITE_BYTES = 1 << 20;
/** What all runs together read at once, and the least and the most of one. */
const READ_BYTES = 4 << 20;
const MIN_WINDOW_BYTES = 1 << 12;
const MAX_WINDOW_BYTES = 1 << 16;

interface Run {
  readonly start: number;
  readonly end: number;
}

/** Sorted runs of records, one after the other, in a file of the temporary directory. Throws a `CommandError` when it cannot be created. */
export class RunFile {
  readonly #file = TemporaryFile.create({
    purpose: 'sort the keys',
    advice: 'set TMPDIR to a directory with more room',
  });
  readonly #runs: Run[] = [];
  #sizeBytes = 0;

  /** Throws a `CommandError` when there is no room for it. */
  write(records: RecordCursor): void {
    const start = this.#sizeBytes;
    let block = new DataView(new ArrayBuffer(WRITE_BYTES));
    let used = 0;
    while (records.next()) {
      const needed = HEADER_BYTES + records.record.keyEnd - records.record.keyStart;
      if (used + needed > block.byteLength) {
        this.#append(new Uint8Array(block.buffer, 0, used));
        used = 0;
        if (needed > block.byteLength) block = new DataView(new ArrayBuffer(needed));
      }
      encode(records.record, block, used);
      used += needed;
    }
    this.#append(new Uint8Array(block.buffer, 0, used));
    this.#runs.push({ start, end: this.#sizeBytes });
  }

  /** From the oldest to the newest. */
  cursors(): RecordCursor[] {
    const share = Math.floor(READ_BYTES / this.#runs.length);
    const windowBytes = Math.min(Math.max(share, MIN_WINDOW_BYTES), MAX_WINDOW_BYTES);
    return this.#runs.map((run) => new RunCursor(this.#file, run, windowBytes));
  }

  close(): void {
    this.#file.close();
  }

  #append(bytes: Uint8Array): void {
    this.#file.write(this.#sizeBytes, bytes);
    this.#sizeBytes += bytes.length;
  }
}

class RunCursor implements RecordCursor {
  readonly record = emptyRecord();
  readonly #file: TemporaryFile;
  readonly #run: Run;
  #window: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #position = 0;
  #length = 0;
  /** Where the window ends in the file. */
  #fileEnd: number;

  constructor(file: TemporaryFile, run: Run, windowBytes: number) {
    this.#window = new Uint8Array(windowBytes);
    this.#view = new DataView(this.#window.buffer);
    this.#file = file;
    this.#run = run;
    this.#fileEnd = run.start;
  }

  next(): boolean {
    if (this.#position === this.#length && this.#fileEnd === this.#run.end) return false;
    this.#need(HEADER_BYTES);
    const keyBytes = this.#view.getUint32(this.#position, true);
    this.#need(HEADER_BYTES + keyBytes);
    const { record } = this;
    record.bytes = this.#window;
    record.sizeBytes = this.#view.getUint32(this.#position + 4, true);
    record.valueBytes = this.#view.getInt32(this.#position + 8, true);
    record.offset = this.#view.getFloat64(this.#position + 12, true);
    record.keyStart = this.#position + HEADER_BYTES;
    record.keyEnd = record.keyStart + keyBytes;
    this.#position = record.keyEnd;
    return true;
  }

  /** Moves the window so that it has this many bytes from the position on. */
  #need(bytes: number): void {
    if (this.#position + bytes <= this.#length) return;
    const rest = this.#window.subarray(this.#position, this.#length);
    if (bytes > this.#window.length) {
      this.#window = new Uint8Array(2 * bytes);
      this.#view = new DataView(this.#window.buffer);
    }
    this.#window.set(rest);
    const read = Math.min(this.#window.length - rest.length, this.#run.end - this.#fileEnd);
    this.#file.read(this.#fileEnd, this.#window.subarray(rest.length, rest.length + read));
    this.#fileEnd += read;
    this.#length = rest.length + read;
    this.#position = 0;
  }
}

function encode(record: KeyRecord, block: DataView, at: number): void {
  const { bytes, keyStart, keyEnd } = record;
  block.setUint32(at, keyEnd - keyStart, true);
  block.setUint32(at + 4, record.sizeBytes, true);
  block.setInt32(at + 8, record.valueBytes, true);
  block.setFloat64(at + 12, record.offset, true);
  const shift = at + HEADER_BYTES - keyStart;
  for (let from = keyStart; from < keyEnd; from++) block.setUint8(shift + from, bytes[from] as number);
}
