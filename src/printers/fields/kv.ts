import type {
  DeleteRangeResponse,
  KeyValue,
  PutResponse,
  RangeResponse,
  ResponseOp,
} from '../../model/messages/kv.js';
import { type ByteWriter, writeTo } from '../byte-writer.js';
import { eventTypeName } from '../enum-names.js';
import type { PrinterOptions, Renderers } from '../printer.js';
import { type RangeParts, renderRange, writeParts } from '../range-parts.js';
import { leaseIdText, writeField, writeHeader, writeQuotedField } from './field.js';

export const kvRenderers = {
  put: ({ response }, sink, options) => writeTo(sink, (writer) => writePut(writer, response, options)),
  range: (result, sink, options) =>
    renderRange(result, sink, (writer) => rangeParts(writer, result.response, options)),
  'delete-range': ({ response }, sink, options) =>
    writeTo(sink, (writer) => writeDeleteRange(writer, response, options)),

  txn: ({ response }, sink, options) =>
    writeTo(sink, (writer) => {
      writeHeader(writer, response.header, options);
      writeField(writer, 'Succeeded', response.succeeded);
      for (const operation of response.responses) writeOperation(writer, operation, options);
    }),

  watch: ({ response }, sink, options) =>
    writeTo(sink, (writer) => {
      writeHeader(writer, response.header, options);
      for (const { type, kv, prevKv } of response.events) {
        writeField(writer, 'Type', eventTypeName(type));
        if (prevKv !== undefined) writeKeyValue(writer, prevKv, { ...options, prefix: 'Prev' });
        if (kv !== undefined) writeKeyValue(writer, kv, { ...options, prefix: '' });
      }
    }),
} satisfies Partial<Renderers>;

function writePut(writer: ByteWriter, { header, prevKv }: PutResponse, options: PrinterOptions): void {
  writeHeader(writer, header, options);
  if (prevKv !== undefined) writeKeyValue(writer, prevKv, { ...options, prefix: 'Prev' });
}

function writeRange(writer: ByteWriter, response: RangeResponse, options: PrinterOptions): void {
  writeParts(rangeParts(writer, response, options), response);
}

function rangeParts(
  writer: ByteWriter,
  { header, count }: RangeResponse,
  options: PrinterOptions,
): RangeParts {
  const style = { ...options, prefix: '' } as const;
  return {
    begin: () => writeHeader(writer, header, options),
    pairs: (kvs) => {
      for (const kv of kvs) writeKeyValue(writer, kv, style);
    },
    end: (more) => {
      writeField(writer, 'More', more);
      writeField(writer, 'Count', count);
    },
  };
}

function writeDeleteRange(
  writer: ByteWriter,
  { header, deleted, prevKvs }: DeleteRangeResponse,
  options: PrinterOptions,
): void {
  writeHeader(writer, header, options);
  writeField(writer, 'Deleted', deleted);
  for (const kv of prevKvs) writeKeyValue(writer, kv, { ...options, prefix: 'Prev' });
}

function writeOperation(writer: ByteWriter, { response }: ResponseOp, options: PrinterOptions): void {
  switch (response?.$case) {
    case 'responsePut':
      writePut(writer, response.value, options);
      break;
    case 'responseRange':
      writeRange(writer, response.value, options);
      break;
    case 'responseDeleteRange':
      writeDeleteRange(writer, response.value, options);
      break;
    default:
      // No transaction that a command can ask for answers so; etcdctl dumps a message that it knows.
      writeQuotedField(writer, 'Unknown', '<nil>');
  }
}

interface KeyValueStyle {
  readonly hex: boolean;
  /** Goes before each name. */
  readonly prefix: '' | 'Prev';
}

function writeKeyValue(writer: ByteWriter, kv: KeyValue, { hex, prefix }: KeyValueStyle): void {
  writeQuotedField(writer, `${prefix}Key`, kv.key);
  writeField(writer, `${prefix}CreateRevision`, kv.createRevision);
  writeField(writer, `${prefix}ModRevision`, kv.modRevision);
  writeField(writer, `${prefix}Version`, kv.version);
  writeQuotedField(writer, `${prefix}Value`, kv.value);
  writeField(writer, `${prefix}Lease`, leaseIdText(kv.lease, { hex }));
}
