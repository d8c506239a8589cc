import { textFromBytes } from '../../go/bytes.js';
import { writeTo } from '../byte-writer.js';
import { unsupported } from '../format-independent.js';
import { type JsonObjectWriter, jsonString } from '../go-json.js';
import type { Renderers } from '../printer.js';
import { writeArray, writeMessage } from './message.js';

/** Zeros are written: these structs of etcdutl have no `omitempty` (etcdutl 3.7.1). */
export const fileRenderers = {
  'snapshot-status': ({ status }, sink) =>
    writeMessage(sink, (object) => {
      writeNumbers(object, {
        hash: status.hash,
        revision: status.revision,
        totalKey: status.totalKeys,
        totalSize: status.totalSizeBytes,
      });
      if (status.version !== undefined) object.string('version', status.version);
    }),
  'snapshot-verified': ({ snapshot }, sink) =>
    writeMessage(sink, (object) => {
      object.string('path', snapshot.path).string('checksum', snapshot.checksum);
      writeNumbers(object, {
        buckets: snapshot.buckets,
        records: snapshot.records,
        totalSize: snapshot.databaseBytes,
      });
    }),
  'file-hashkv': ({ hashKv }, sink) => writeMessage(sink, (object) => writeNumbers(object, { ...hashKv })),
  'file-hash': ({ path, hash }, sink) =>
    writeMessage(sink, (object) => {
      object.string('path', path);
      writeNumbers(object, { hash });
    }),
  'bucket-list': ({ names }, sink) =>
    writeTo(sink, (writer) => {
      writeArray(writer, names, (_, name) => writer.text(jsonString(textFromBytes(name))));
      writer.newline();
    }),
  'bucket-records': unsupported('json'),
} satisfies Partial<Renderers>;

function writeNumbers(object: JsonObjectWriter, numbers: Readonly<Record<string, number | bigint>>): void {
  for (const [name, value] of Object.entries(numbers)) object.member(name).ascii(String(value));
}
