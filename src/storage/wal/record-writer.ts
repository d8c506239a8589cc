import { WalRecord } from '../../wire/records.js';
import { Crc32c } from '../crc32c.js';
import { FRAME_ALIGNMENT, LENGTH_FIELD_BYTES, RECORD_TYPES } from './format.js';

/** Encodes records as frames. Each record's checksum continues the one before it. */
export class WalRecordWriter {
  readonly #crc = new Crc32c();
  readonly #frames: Uint8Array[] = [];
  #sizeBytes = 0;

  /** Begins a file with a record of type crc. */
  begin(): void {
    this.#push(WalRecord.create({ type: RECORD_TYPES.crc, crc: this.#crc.value }));
  }

  add(type: 'metadata' | 'entry' | 'state' | 'snapshot', data: Uint8Array): void {
    const crc = this.#crc.update(data).value;
    this.#push(WalRecord.create({ type: RECORD_TYPES[type], crc, data }));
  }

  /** All frames that `take` has not removed. */
  finish(): Uint8Array {
    return Buffer.concat(this.#frames);
  }

  /** The size of what `finish` would return. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Returns the same and removes it from memory, for a caller that writes the log in blocks. */
  take(): Uint8Array {
    this.#sizeBytes = 0;
    return Buffer.concat(this.#frames.splice(0));
  }

  #push(record: WalRecord): void {
    const bytes = WalRecord.encode(record).finish();
    const paddingBytes = (FRAME_ALIGNMENT - (bytes.length % FRAME_ALIGNMENT)) % FRAME_ALIGNMENT;
    const frame = new Uint8Array(LENGTH_FIELD_BYTES + bytes.length + paddingBytes);
    const view = new DataView(frame.buffer);
    view.setUint32(0, bytes.length, true);
    if (paddingBytes > 0) view.setUint8(7, 0x80 | paddingBytes);
    frame.set(bytes, LENGTH_FIELD_BYTES);
    this.#frames.push(frame);
    this.#sizeBytes += frame.length;
  }
}
