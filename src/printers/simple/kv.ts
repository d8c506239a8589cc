import type { KeyValues } from '../../model/key-values.js';
import type { DeleteRangeResponse, KeyValue, PutResponse, ResponseOp } from '../../model/messages/kv.js';
import { type ByteWriter, writeTo } from '../byte-writer.js';
import { eventTypeName } from '../enum-names.js';
import type { Renderers } from '../printer.js';
import { renderRange } from '../range-parts.js';

export const kvRenderers = {
  put: ({ response }, sink, { hex }) => writeTo(sink, (writer) => writePut(writer, response, { hex })),

  range: (result, sink, { hex }) =>
    renderRange(result, sink, (writer) => ({
      begin: () => {},
      end: () => {},
      pairs: (kvs) => writeKeyValues(writer, kvs, { hex, valuesOnly: result.view.valuesOnly }),
    })),

  'delete-range': ({ response }, sink, { hex }) =>
    writeTo(sink, (writer) => writeDeleteRange(writer, response, { hex })),

  txn: ({ response }, sink, { hex }) =>
    writeTo(sink, (writer) => {
      writer.ascii(response.succeeded ? 'SUCCESS\n' : 'FAILURE\n');
      for (const operation of response.responses) {
        writer.newline();
        writeOperation(writer, operation, { hex });
      }
    }),

  watch: ({ response }, sink, { hex }) =>
    writeTo(sink, (writer) => {
      for (const { type, kv, prevKv } of response.events) {
        writer.ascii(eventTypeName(type)).newline();
        if (prevKv !== undefined) writeKeyValue(writer, prevKv, { hex });
        if (kv !== undefined) writeKeyValue(writer, kv, { hex });
      }
    }),
} satisfies Partial<Renderers>;

interface KeyValueStyle {
  readonly hex: boolean;
  readonly valuesOnly?: boolean;
}

function writePut(writer: ByteWriter, { prevKv }: PutResponse, style: KeyValueStyle): void {
  writer.ascii('OK\n');
  if (prevKv !== undefined) writeKeyValue(writer, prevKv, style);
}

function writeKeyValues(writer: ByteWriter, kvs: KeyValues, style: KeyValueStyle): void {
  for (const kv of kvs) writeKeyValue(writer, kv, style);
}

function writeDeleteRange(
  writer: ByteWriter,
  { deleted, prevKvs }: DeleteRangeResponse,
  style: KeyValueStyle,
): void {
  writer.decimal(deleted).newline();
  writeKeyValues(writer, prevKvs, style);
}

function writeOperation(writer: ByteWriter, { response }: ResponseOp, style: KeyValueStyle): void {
  switch (response?.$case) {
    case 'responsePut':
      writePut(writer, response.value, style);
      break;
    case 'responseRange':
      writeKeyValues(writer, response.value.kvs, style);
      break;
    case 'responseDeleteRange':
      writeDeleteRange(writer, response.value, style);
      break;
    default:
      // No command asks for a transaction within a transaction; for one, etcdctl adds a dump of the message.
      writer.ascii('unexpected response \n');
  }
}

function writeKeyValue(
  writer: ByteWriter,
  { key, value }: KeyValue,
  { hex, valuesOnly = false }: KeyValueStyle,
): void {
  if (hex) {
    if (!valuesOnly) writer.escapedHex(key).newline();
    writer.escapedHex(value).newline();
  } else {
    if (!valuesOnly) writer.bytes(key).newline();
    writer.bytes(value).newline();
  }
}
