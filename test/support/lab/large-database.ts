import { encodeRevisionKey } from '../../../src/storage/backend/revision-key.js';
import { BUCKETS } from '../../../src/storage/backend/schema.js';
import { BoltWriter } from '../../../src/storage/bolt/bolt-writer.js';
import { FileByteSink } from '../../../src/storage/byte-sink.js';
import { KeyValue } from '../../../src/wire/records.js';

const RECORDS = 400_000;
const VALUE = Buffer.alloc(180, 'v');

/** Writes a database file, without the checksum of a snapshot, that takes commands about a second to process. */
export function writeLargeDatabase(path: string): void {
  const sink = FileByteSink.create(path);
  const writer = new BoltWriter(sink, 4096);
  writer.beginBucket(Buffer.from(BUCKETS.key));
  for (let index = 0; index < RECORDS; index++) {
    const main = BigInt(index + 2);
    const record = {
      key: Buffer.from(`key-${index}`),
      value: VALUE,
      createRevision: main,
      modRevision: main,
      version: 1n,
      lease: 0n,
    };
    const key = encodeRevisionKey({ main, sub: 0n, isTombstone: false });
    writer.add(key, KeyValue.encode(record).finish());
  }
  writer.beginBucket(Buffer.from(BUCKETS.meta));
  writer.finish();
  sink.close();
}
