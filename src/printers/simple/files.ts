import { formatByteSize } from '../../go/byte-size.js';
import { bytesFromText } from '../../go/bytes.js';
import type { VerifiedSnapshot } from '../../model/results.js';
import { writeTo } from '../byte-writer.js';
import type { Renderers } from '../printer.js';
import { fileHashKvCells, snapshotStatusCells } from '../rows.js';
import { bucketRecordText } from './bucket-record.js';

export const fileRenderers = {
  'snapshot-status': ({ status }, sink) => sink.out(`${snapshotStatusCells(status).join(', ')}\n`),
  'snapshot-verified': ({ snapshot }, sink) => sink.out(bytesFromText(`${verdict(snapshot)}\n`)),
  'file-hashkv': ({ hashKv }, sink) => sink.out(`${fileHashKvCells(hashKv).join(', ')}\n`),
  'file-hash': ({ path, hash }, sink) => sink.out(bytesFromText(`db path: ${path}\nHash: ${hash}\n`)),
  'bucket-list': ({ names }, sink) =>
    writeTo(sink, (writer) => {
      for (const name of names) writer.bytes(name).newline();
    }),
  'bucket-records': ({ records }, sink) =>
    writeTo(sink, (writer) => {
      for (const record of records) writer.text(bucketRecordText(record)).newline();
    }),
} satisfies Partial<Renderers>;

function verdict({ path, checksum, buckets, records, databaseBytes }: VerifiedSnapshot): string {
  const contents = `${records} records in ${buckets} buckets, ${formatByteSize(databaseBytes)}`;
  const protection = checksum === 'good' ? 'SHA-256 matches' : 'without SHA-256 (not a saved snapshot)';
  return `${path} is good: ${contents}, ${protection}`;
}
