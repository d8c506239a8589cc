import { writeTo } from '../byte-writer.js';
import { unsupported } from '../format-independent.js';
import type { Renderers } from '../printer.js';
import { writeField, writeQuotedField, writeTextField } from './field.js';

/** As etcdutl has them (etcdutl/printer_fields.go, 3.7.1). */
export const fileRenderers = {
  'snapshot-status': ({ status }, sink) =>
    writeTo(sink, (writer) => {
      writeField(writer, 'Hash', status.hash);
      writeField(writer, 'Revision', status.revision);
      writeField(writer, 'Keys', status.totalKeys);
      writeField(writer, 'Size', status.totalSizeBytes);
      if (status.version !== undefined) writeTextField(writer, 'Version', status.version);
    }),
  'snapshot-verified': ({ snapshot }, sink) =>
    writeTo(sink, (writer) => {
      writeQuotedField(writer, 'Path', snapshot.path);
      writeField(writer, 'Checksum', snapshot.checksum);
      writeField(writer, 'Buckets', snapshot.buckets);
      writeField(writer, 'Records', snapshot.records);
      writeField(writer, 'Size', snapshot.databaseBytes);
    }),
  'file-hashkv': ({ hashKv }, sink) =>
    writeTo(sink, (writer) => {
      writeField(writer, 'Hash', hashKv.hash);
      writeField(writer, 'Hash revision', hashKv.hashRevision);
      writeField(writer, 'Compact revision', hashKv.compactRevision);
    }),
  'file-hash': ({ path, hash }, sink) =>
    writeTo(sink, (writer) => {
      writeQuotedField(writer, 'Path', path);
      writeField(writer, 'Hash', hash);
    }),
  'bucket-list': unsupported('fields'),
  'bucket-records': unsupported('fields'),
} satisfies Partial<Renderers>;
