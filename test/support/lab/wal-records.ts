import { type WalRecordType, walRecords } from '../../../src/storage/wal/record-reader.js';
import { ConfChange, Entry, HardState, Metadata, WalSnapshot } from '../../../src/wire/records.js';
import { MemoryByteSource } from '../../storage/support/memory.js';

const DECODERS: Readonly<Record<WalRecordType, (data: Uint8Array) => object>> = {
  crc: () => ({}),
  metadata: (data) => Metadata.decode(data),
  state: (data) => HardState.decode(data),
  entry(data) {
    const { data: change = new Uint8Array(0), ...entry } = Entry.decode(data);
    return { ...entry, change: ConfChange.decode(change) };
  },
  /** Without the members, which 3.4 does not write. */
  snapshot(data) {
    const { index = 0n, term = 0n } = WalSnapshot.decode(data);
    return { index, term };
  },
};

const DEFAULTS: ReadonlySet<unknown> = new Set([undefined, 0, 0n, false, '']);

/** The decoded records of the WAL of a restored member. Explicit and omitted default values are treated as equal. */
export function walRecordsOf(log: Uint8Array): readonly object[] {
  const source = new MemoryByteSource(log);
  return Array.from(walRecords(source, { crc: undefined, isLastFile: true }), ({ type, data }) => ({
    type,
    ...withoutDefaults(DECODERS[type](data)),
  }));
}

/** A decoded message without fields that have their default value. */
export function withoutDefaults(message: object): object {
  const isSet = ([, value]: [string, unknown]) => !DEFAULTS.has(value);
  return Object.fromEntries(
    Object.entries(message)
      .filter(isSet)
      .map(([name, value]) => [name, isMessage(value) ? withoutDefaults(value) : value]),
  );
}

function isMessage(value: unknown): value is object {
  const isList = Array.isArray(value) || value instanceof Uint8Array;
  return typeof value === 'object' && value !== null && !isList;
}
