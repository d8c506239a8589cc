import { bytesFromText } from '../../model/bytes.js';
import { formatByteSize } from '../../model/go/byte-size.js';
import type { VerifiedSnapshot } from '../../model/results.js';
import { snapshotStatusCells } from '../file-rows.js';
import type { Renderers } from '../printer.js';

export const fileRenderers = {
  'snapshot-status': ({ status }, sink) => sink.out(`${snapshotStatusCells(status).join(', ')}\n`),
  'snapshot-verified': ({ snapshot }, sink) => sink.out(bytesFromText(`${verdict(snapshot)}\n`)),
} satisfies Partial<Renderers>;

function verdict({ path, checksum, buckets, records, databaseBytes }: VerifiedSnapshot): string {
  const contents = `${records} records in ${buckets} buckets, ${formatByteSize(databaseBytes)}`;
  const protection = checksum === 'good' ? 'SHA-256 matches' : 'without SHA-256 (not a saved snapshot)';
  return `${path} is good: ${contents}, ${protection}`;
}
