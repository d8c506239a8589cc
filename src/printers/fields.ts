import { bytesFromText } from '../model/bytes.js';
import { needsNoEscape, quoteGo } from '../model/go/quote.js';
import type { KeyValue, ResponseHeader } from '../model/messages.js';
import { type ByteWriter, writeTo } from './byte-writer.js';
import { renderSnapshotSaved, renderText } from './format-independent.js';
import type { PrinterOptions, Renderers } from './printer.js';

/** Lines of `"Name" : value`, text quoted as Go quotes it (ctlv3/command/printer_fields.go, 3.7.1). */
export const renderers: Renderers = {
  put: ({ response }, sink, options) =>
    writeTo(sink, (writer) => {
      writeHeader(writer, response.header, options);
      if (response.prevKv !== undefined)
        writeKeyValue(writer, response.prevKv, { ...options, prefix: 'Prev' });
    }),

  range: ({ response }, sink, options) =>
    writeTo(sink, (writer) => {
      writeHeader(writer, response.header, options);
      for (const kv of response.kvs) writeKeyValue(writer, kv, { ...options, prefix: '' });
      writeField(writer, 'More', String(response.more));
      writeField(writer, 'Count', response.count.toString());
    }),

  'delete-range': ({ response }, sink, options) =>
    writeTo(sink, (writer) => {
      writeHeader(writer, response.header, options);
      writeField(writer, 'Deleted', response.deleted.toString());
      for (const kv of response.prevKvs) writeKeyValue(writer, kv, { ...options, prefix: 'Prev' });
    }),

  'endpoint-health': ({ endpoints }, sink) =>
    writeTo(sink, (writer) => {
      for (const { endpoint, isHealthy, took, error } of endpoints) {
        writeQuotedField(writer, 'Endpoint', bytesFromText(endpoint));
        writeField(writer, 'Health', String(isHealthy));
        writeTextField(writer, 'Took', took);
        writeTextField(writer, 'Error', error);
        writer.newline();
      }
    }),

  'snapshot-saved': renderSnapshotSaved,
  text: renderText,
};

function startField(writer: ByteWriter, name: string): ByteWriter {
  return writer.ascii('"').ascii(name).ascii('" : ');
}

/** The value must be ASCII. */
function writeField(writer: ByteWriter, name: string, value: string): void {
  startField(writer, name).ascii(value).newline();
}

function writeTextField(writer: ByteWriter, name: string, value: string): void {
  startField(writer, name).bytes(bytesFromText(value)).newline();
}

function writeQuotedField(writer: ByteWriter, name: string, value: Uint8Array): void {
  startField(writer, name);
  if (needsNoEscape(value)) writer.ascii('"').bytes(value).ascii('"');
  else writer.text(quoteGo(value));
  writer.newline();
}

/** An absent header prints as one of zeros; a zero revision is left out, for calls that have none. */
function writeHeader(writer: ByteWriter, header: ResponseHeader | undefined, { hex }: PrinterOptions): void {
  const idRadix = hex ? 16 : 10;
  writeField(writer, 'ClusterID', (header?.clusterId ?? 0n).toString(idRadix));
  writeField(writer, 'MemberID', (header?.memberId ?? 0n).toString(idRadix));
  if (header !== undefined && header.revision > 0n) {
    writeField(writer, 'Revision', header.revision.toString());
  }
  writeField(writer, 'RaftTerm', (header?.raftTerm ?? 0n).toString());
}

interface KeyValueStyle {
  readonly hex: boolean;
  /** Goes before each name. */
  readonly prefix: '' | 'Prev';
}

function writeKeyValue(writer: ByteWriter, kv: KeyValue, { hex, prefix }: KeyValueStyle): void {
  writeQuotedField(writer, `${prefix}Key`, kv.key);
  writeField(writer, `${prefix}CreateRevision`, kv.createRevision.toString());
  writeField(writer, `${prefix}ModRevision`, kv.modRevision.toString());
  writeField(writer, `${prefix}Version`, kv.version.toString());
  writeQuotedField(writer, `${prefix}Value`, kv.value);
  writeField(writer, `${prefix}Lease`, hex ? paddedHex(kv.lease) : kv.lease.toString());
}

/** Go's `%016x`: sixteen characters, a minus sign among them. */
function paddedHex(value: bigint): string {
  return value < 0n ? `-${(-value).toString(16).padStart(15, '0')}` : value.toString(16).padStart(16, '0');
}
