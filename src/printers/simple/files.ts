import { formatByteSize } from '../../go/byte-size.js';
import { bytesFromText } from '../../go/bytes.js';
import type { SnapshotEntry, VerifiedSnapshot } from '../../model/file-reports.js';
import { writeTo } from '../byte-writer.js';
import type { Renderers } from '../printer.js';
import { fileHashKvCells, snapshotStatusCells } from '../rows.js';
import { bucketRecordText } from './bucket-record.js';

export const fileRenderers = {
  'snapshot-status': ({ status }, sink) => sink.out(`${snapshotStatusCells(status).join(', ')}\n`),
  'snapshot-verified': ({ snapshot }, sink) => sink.out(bytesFromText(`${verdict(snapshot)}\n`)),
  'snapshot-list': ({ snapshots }, sink) => sink.out(bytesFromText(snapshotTable(snapshots))),
  'file-hashkv': ({ hashKv }, sink) => sink.out(`${fileHashKvCells(hashKv).join(', ')}\n`),
  'file-hash': ({ path, hash }, sink) => sink.out(bytesFromText(`db path: ${path}\nHash: ${hash}\n`)),
  'profile-list': ({ profiles }, sink) => {
    const width = Math.max(...profiles.map(({ name }) => name.length), 0);
    for (const { name, endpoints, problem } of profiles) {
      const details = problem === undefined ? endpoints.join(',') : `invalid: ${problem}`;
      sink.out(bytesFromText(`${`${name.padEnd(width)}  ${details}`.trimEnd()}\n`));
    }
  },
  'program-version': ({ program }, sink) => {
    const { name, version, commit, runtime, platform, compatibleWith } = program;
    sink.out(`${name} version: ${version}\nCommit: ${commit}\nRuntime: ${runtime} on ${platform}\n`);
    sink.out(`Compatible with: ${compatibleWith}\n`);
  },
  'bucket-list': ({ names }, sink) =>
    writeTo(sink, (writer) => {
      for (const name of names) writer.bytes(name).newline();
    }),
  'bucket-records': ({ records }, sink) =>
    writeTo(sink, (writer) => {
      for (const record of records) writer.text(bucketRecordText(record)).newline();
    }),
} satisfies Partial<Renderers>;

/** Fits into 80 columns for names that `snapshot save` gives: file, revision, size, state. */
function snapshotTable(snapshots: readonly SnapshotEntry[]): string {
  const rows = snapshots.map(({ file, revision, sizeBytes, state }) => [
    file,
    revision?.toString() ?? '-',
    sizeBytes === undefined ? '-' : formatByteSize(sizeBytes),
    state,
  ]);
  const all = [['FILE', 'REVISION', 'SIZE', 'STATE'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const lines = all.map(([file = '', revision = '', size = '', state = '']) => {
    const [first = 0, second = 0, third = 0] = widths;
    return `${file.padEnd(first)}  ${revision.padStart(second)}  ${size.padStart(third)}  ${state}\n`;
  });
  const problems = snapshots.flatMap(({ file, problem }) => (problem ? [`${file}: ${problem}\n`] : []));
  return [...lines, ...problems].join('');
}

function verdict({ path, checksum, buckets, records, databaseBytes }: VerifiedSnapshot): string {
  const contents = `${records} records in ${buckets} buckets, ${formatByteSize(databaseBytes)}`;
  const protection = checksum === 'good' ? 'SHA-256 matches' : 'without SHA-256 (not a saved snapshot)';
  return `${path} is good: ${contents}, ${protection}`;
}
